// Opens pages in Chromium and holds them against what every page of ours
// keeps: silence in the console, no request, no finding of axe-core, no sideways scrolling, pictures and a print.
// Usage: node open.mjs FOLDER AXE|'' NAME...   (reads FOLDER/NAME.html, writes NAME-*.png and NAME.pdf beside it)

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "./browsers.mjs";

const [folder, axe, ...names] = process.argv.slice(2);
const { send, listeners, close } = chromium();
const over = setTimeout(() => fail("the browser took more than two minutes"), 120_000);

async function fail(...lines) {
  for (const line of lines) console.error(`error: ${line}`);
  await close();
  process.exit(1);
}

const VIEWS = [
  { view: "wide", width: 1280, scheme: "light" },
  { view: "dark", width: 1280, scheme: "dark" },
  { view: "narrow", width: 400, scheme: "light" },
];

async function open(name) {
  const { targetId } = await send(undefined, "Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send(undefined, "Target.attachToTarget", { targetId, flatten: true });
  const ask = (method, params) => send(sessionId, method, params);
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const url = pathToFileURL(join(folder, `${name}.html`)).href;
  const seen = [];
  let loaded;
  const load = new Promise((resolve) => (loaded = resolve));
  const listen = ({ method, params, sessionId: of }) => {
    if (of !== sessionId) return;
    if (method === "Page.loadEventFired") loaded();
    if (method === "Log.entryAdded") seen.push(`${name}: console: ${params.entry.text}`);
    if (method === "Runtime.consoleAPICalled") seen.push(`${name}: console: ${JSON.stringify(params.args)}`);
    if (method === "Runtime.exceptionThrown") seen.push(`${name}: ${params.exceptionDetails.text}`);
    if (method === "Network.requestWillBeSent" && params.request.url.split("#")[0] !== url) {
      seen.push(`${name}: asks for ${params.request.url}`);
    }
  };
  listeners.add(listen);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await ask(`${domain}.enable`);
  await ask("Page.navigate", { url });
  await load;
  for (const { view, width, scheme } of VIEWS) {
    await ask("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    const wide = await evaluate("document.documentElement.scrollWidth");
    if (wide > width) seen.push(`${name}: ${wide} px wide in a window of ${width}`);
    const height = Math.min(await evaluate("document.documentElement.scrollHeight"), 6000);
    const clip = { x: 0, y: 0, width, height, scale: 1 };
    const { data } = await ask("Page.captureScreenshot", { format: "png", clip, captureBeyondViewport: true });
    const picture = Buffer.from(data, "base64");
    // A blank page of this size takes a tenth of that.
    if (picture.length < 30_000) seen.push(`${name}: the picture ${view} shows next to nothing`);
    writeFileSync(join(folder, `${name}-${view}.png`), picture);
    if (axe) {
      await evaluate(readFileSync(axe, "utf8") + ";0");
      const found = await evaluate(
        "axe.run(document, {preload: false, resultTypes: ['violations']}).then((it) => it.violations.map((v) => " +
          "`${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120) + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`))",
      );
      seen.push(...found.map((line) => `${name} ${view}: axe ${line}`));
    }
  }
  await ask("Emulation.clearDeviceMetricsOverride");
  await ask("Emulation.setEmulatedMedia", { features: [] });
  const { data } = await ask("Page.printToPDF", { preferCSSPageSize: true, printBackground: false });
  const print = Buffer.from(data, "base64");
  const pages = print.toString("latin1").match(/\/Type\s*\/Page[^s]/g)?.length ?? 0;
  if (pages < 1) seen.push(`${name}: the print has no page`);
  writeFileSync(join(folder, `${name}.pdf`), print);
  listeners.delete(listen);
  await send(undefined, "Target.closeTarget", { targetId });
  console.log(`${name}: ${seen.length} findings, ${pages} pages in print${axe ? "" : ", without axe"}`);
  return seen;
}

try {
  const seen = [];
  for (const name of names) seen.push(...(await open(name)));
  if (seen.length > 0) await fail(...seen);
} catch (error) {
  await fail(error.message);
}
clearTimeout(over);
await close();
