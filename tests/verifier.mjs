// The script of the published page as a verifier on the command line, for comparing it with the others.
// Usage: node verifier.mjs LIST                (the files named in LIST, one a line; prints a state for each)
//        node verifier.mjs --signatures FILE   (a JSON list of {key, msg, sig}; prints for each whether it fits)

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script, createContext } from "node:vm";

const assets = join(import.meta.dirname, "../src/report/assets");
const source = ["noble.js", "proof.js"].map((name) => readFileSync(join(assets, name), "utf8")).join("\n");
// As in a browser that has no cryptography: the script brings along what it needs.
const context = createContext({ TextEncoder, TextDecoder, Uint8Array });
new Script(`${source}\nglobalThis.fonds = fonds;`).runInContext(context);
const { check, isSigned } = context.fonds;

const [first, second] = process.argv.slice(2);
if (first === "--signatures") {
  const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
  JSON.parse(readFileSync(second, "utf8")).forEach(({ key, msg, sig }, at) => {
    console.log(`${at}: ${isSigned(bytes(key), bytes(sig), new TextEncoder().encode(msg)) ? "fits" : "does not fit"}`);
  });
} else {
  for (const name of readFileSync(first, "utf8").split("\n").filter(Boolean)) {
    const bytes = readFileSync(name);
    let text = null;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // No UTF-8: the check says so.
    }
    const { state, reasons } = check(text);
    console.log(`${name}: ${state}${reasons.length > 0 ? `; ${reasons[0]}` : ""}`);
  }
}
