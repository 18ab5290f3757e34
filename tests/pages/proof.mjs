// Opens published pages in Chromium, genuine and tampered with, and holds what they say of themselves against what they
// have to say. Usage: node proof.mjs FOLDER NAME...   (reads FOLDER/NAME.html)

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, ...names] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "proofs-"));
const browser = spawn(
  "chromium",
  [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--proxy-server=127.0.0.1:9", `--user-data-dir=${join(work, "user")}`,
    "--remote-debugging-pipe", "about:blank",
  ],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
);
const over = setTimeout(() => end(["the browser took more than three minutes"]), 180_000);

let number = 0;
let rest = "";
const waiting = new Map();
browser.stdio[4].setEncoding("utf8");
browser.stdio[4].on("data", (text) => {
  const parts = (rest + text).split("\0");
  rest = parts.pop();
  for (const part of parts) {
    const { id, result, error } = JSON.parse(part);
    const [resolve, reject] = waiting.get(id) ?? [];
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  }
});

function send(sessionId, method, params = {}) {
  const id = ++number;
  browser.stdio[3].write(JSON.stringify({ id, sessionId, method, params }) + "\0");
  return new Promise((resolve, reject) => waiting.set(id, [resolve, reject]));
}

function end(wrong) {
  clearTimeout(over);
  wrong.forEach((line) => console.error(`error: ${line}`));
  browser.once("exit", () => {
    rmSync(work, { recursive: true, force: true });
    process.exit(wrong.length > 0 ? 1 : 0);
  });
  browser.kill();
}

/** What a page says of itself, once it has said it. */
async function said(html) {
  const file = join(work, "page.html");
  writeFileSync(file, html);
  const { targetId } = await send(undefined, "Target.createTarget", { url: pathToFileURL(file).href });
  const { sessionId } = await send(undefined, "Target.attachToTarget", { targetId, flatten: true });
  let state = "";
  for (let turn = 0; turn < 100 && (state === "" || state.startsWith("Not yet")); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const expression = "document.getElementById('state')?.textContent ?? ''";
    ({ value: state } = (await send(sessionId, "Runtime.evaluate", { expression })).result);
  }
  await send(undefined, "Target.closeTarget", { targetId });
  return state.trim();
}

const PROOF = /(<script type="application\/json" id="proof">)([^<]*)(<\/script>)/;
/** The page with its proof changed; the rest stays. */
function forge(page, change) {
  return page.replace(PROOF, (_, before, held, after) => {
    const proof = JSON.parse(held);
    change(proof);
    return before + sorted(proof).replaceAll("<", "\\u003c") + after;
  });
}
function sorted(value) {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${sorted(value[key])}`).join(",")}}`;
}
const turned = (hex) => (hex.startsWith("0") ? "1" : "0") + hex.slice(1);
/** The page with what one element shows changed. */
function shown(page, name, change) {
  const element = new RegExp(`(<(?:div|p|span)[^>]* data-proven="${name}"[^>]*>)([^<]*)(</)`);
  return page.replace(element, (_, before, text, after) => before + change(text) + after);
}

const WAYS = {
  "the signature": (page) =>
    forge(page, (it) => (it.checkpoint = it.checkpoint.replace(/..(=*\n)$/, (end) => (end.startsWith("A") ? "B" : "A") + end.slice(1)))),
  "the key": (page) => forge(page, (it) => (it.origin.log_key = turned(it.origin.log_key))),
  "a record": (page) => forge(page, (it) => (it.items[0].record.c[0] = turned(it.items[0].record.c[0]))),
  "a step of a proof": (page) => forge(page, (it) => (it.segments[0].path[0] = turned(it.segments[0].path[0]))),
  "an opening": (page) => forge(page, (it) => (it.items[0].openings[0].salt = turned(it.items[0].openings[0].salt))),
  "the text in the proof": (page) =>
    forge(page, (it) => {
      const text = it.items.at(-1).text;
      (text.whole ?? text.passages)[0].text += "Not so. ";
    }),
  "the text shown": (page) => shown(page, "\\d+/text/\\d+", (text) => text.replace(/[a-z]/, "#")),
  "the words": (page) => shown(page, "words", (text) => text.split(" ").reverse().join(" ")),
  "the origin shown": (page) => shown(page, "origin", (text) => text.slice(0, -1) + (text.endsWith("0") ? "1" : "0")),
  "the place shown": (page) => shown(page, "0/place", (text) => text.replace("item", "item 1")),
  "an element gone": (page) => page.replace(/<span data-proven="0\/place">[^<]*<\/span>/, ""),
};

const wrong = [];
for (const name of names) {
  const page = readFileSync(join(folder, `${name}.html`), "utf8");
  const expect = async (what, html, state) => {
    if (what !== "as it is" && html === page) wrong.push(`${name}: ${what}: nothing was changed`);
    const found = await said(html);
    if (!found.startsWith(state)) wrong.push(`${name}: ${what}: it says ${JSON.stringify(found)}, not ${state}`);
  };
  await expect("as it is", page, "Matches");
  for (const [what, change] of Object.entries(WAYS)) await expect(what, change(page), "Does not match");
  const later = forge(page, (it) => (it.schema = "fonds/proof/2"));
  await expect("a later version", later, "Cannot be checked here");
  // With any change to the script the browser does not run it, and the page says what it was served with.
  const script = page.replace('DIFFERS = "does-not-match"', 'DIFFERS = "does-not-Match"');
  const { length } = wrong;
  const found = await said(script);
  if (!found.startsWith("Not yet checked")) wrong.push(`${name}: a changed script: it says ${found}`);
  console.log(`${name}: ${Object.keys(WAYS).length + 3} copies, ${wrong.length - length} of them wrong`);
}
end(wrong);
