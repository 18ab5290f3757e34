// Opens published pages in a browser, genuine and tampered with, and holds what they say of themselves against what they
// have to say. Usage: node proof.mjs chromium|firefox PROGRAM FOLDER NAME...   (reads FOLDER/NAME.html)

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, firefox } from "./browsers.mjs";

const [kind, program, folder, ...names] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "proofs-"));
const browser = kind === "firefox" ? await firefox(program) : chromium();
const over = setTimeout(() => end(["the browser took more than four minutes"]), 240_000);

async function end(wrong) {
  clearTimeout(over);
  wrong.forEach((line) => console.error(`error: ${line}`));
  await browser.close();
  rmSync(work, { recursive: true, force: true });
  process.exit(wrong.length > 0 ? 1 : 0);
}

const STATE = "document.getElementById('state')?.textContent ?? ''";

/** What a page in Chromium says of itself, asked until it has said it. */
async function inChromium(url, until) {
  const { targetId } = await browser.send(undefined, "Target.createTarget", { url });
  const { sessionId } = await browser.send(undefined, "Target.attachToTarget", { targetId, flatten: true });
  const ask = () => browser.send(sessionId, "Runtime.evaluate", { expression: STATE });
  const state = await until(async () => (await ask()).result.value);
  await browser.send(undefined, "Target.closeTarget", { targetId });
  return state;
}

/** The same in Firefox. */
async function inFirefox(url, until) {
  await browser.send("WebDriver:Navigate", { url });
  const script = `return ${STATE}`;
  return until(async () => (await browser.send("WebDriver:ExecuteScript", { script, args: [] })).value);
}

/** What a page says of itself, once it has said it. */
async function said(html) {
  const file = join(work, "page.html");
  writeFileSync(file, html);
  const until = async (ask) => {
    let state = "";
    for (let turn = 0; turn < 100 && (state === "" || state.startsWith("Not yet")); turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      state = await ask();
    }
    return state.trim();
  };
  return (kind === "firefox" ? inFirefox : inChromium)(pathToFileURL(file).href, until);
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

/** The passages that a citation report shows of its sources. */
const OF_A_REPORT = {
  "a word of a source": (page) => page.replace(/( data-quoted="3"[^>]*>.*?<\/span>[^<]*[a-z])/s, "$1 not"),
  "a source beside another's proof": (page) => page.replace('data-quoted="3"', 'data-quoted="4"'),
  "an empty pane with words": (page) => page.replace(/<p class="said"[^>]* data-source.*?<\/p>/s, '<p class="empty">I stole it.</p>'),
  "words where there is no source": (page) => page.replace("No passage holds these words.", "I stole it."),
  "a label with words": (page) => page.replace('<p class="label">The source</p>', '<p class="label">The source, m-00: I stole it.</p>'),
  "the draft as a source": (page) => page.replace(">The draft</p>", ">The source, m-00</p>"),
  "a label in the notes": (page) => page.replace('<div class="notes">', '<div class="notes"><p class="label">The source: I stole it.</p>'),
  "a picture": (page) => page.replace('<div class="notes">', '<div class="notes"><figure><svg><text>I stole it.</text></svg></figure>'),
  "a way out of the page": (page) => page.replace('href="#custody-1"', 'href="https://evil.example/"'),
  "a passage that is taken out": (page) => page.replace(/<p class="label">The source, m-.*?<\/div>/s,
    '<p class="label">The source</p><p class="empty">No passage holds these words.</p></div>'),
};

/** What a page says of those who saw its checkpoint. */
const OF_A_WITNESS = {
  "the name of a witness shown": (page) => shown(page, "witness/0", (text) => text.replace("mara", "mary")),
  "the time of a witness shown": (page) => shown(page, "witness/0", (text) => text.replace("T", "T1")),
  "how many saw it": (page) => shown(page, "hands", (text) => text.replace("1 signature of a witness", "nobody")),
  "a witness not shown": (page) => page.replace(/<span data-proven="witness\/0">[^<]*<\/span>/, ""),
  "a witness by another name": (page) => forge(page, (it) => (it.cosignatures[0].name = "mary.example")),
  "a witness at another time": (page) => forge(page, (it) => (it.cosignatures[0].time += 1)),
  "another key": (page) => forge(page, (it) => (it.cosignatures[0].key = turned(it.cosignatures[0].key))),
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
  const ways = { ...WAYS };
  if (page.includes("<main data-page=")) Object.assign(ways, OF_A_REPORT);
  if (name === "witnessed") Object.assign(ways, OF_A_WITNESS);
  for (const [what, change] of Object.entries(ways)) await expect(what, change(page), "Does not match");
  const later = forge(page, (it) => (it.schema = "fonds/proof/2"));
  await expect("a later version", later, "Cannot be checked here");
  // With any change to the script the browser does not run it, and the page says what it was served with.
  const script = page.replace('DIFFERS = "does-not-match"', 'DIFFERS = "does-not-Match"');
  const { length } = wrong;
  const found = await said(script);
  if (!found.startsWith("Not yet checked")) wrong.push(`${name}: a changed script: it says ${found}`);
  console.log(`${kind}: ${name}: ${Object.keys(ways).length + 3} copies, ${wrong.length - length} of them wrong`);
}
await end(wrong);
