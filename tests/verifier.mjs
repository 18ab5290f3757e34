// The script of the published page as a verifier on the command line, for comparing it with the others.
// Usage: node verifier.mjs LIST   (the files named in LIST, one a line; prints a state for each)

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script, createContext } from "node:vm";

const assets = join(import.meta.dirname, "../src/report/assets");
const source = ["noble.js", "proof.js"].map((name) => readFileSync(join(assets, name), "utf8")).join("\n");
const context = createContext({ TextEncoder, TextDecoder, crypto: process.env.NO_CRYPTO ? undefined : globalThis.crypto, Uint8Array });
new Script(`${source}\nglobalThis.fonds = fonds;`).runInContext(context);

for (const name of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean)) {
  let text = null;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(name));
  } catch {
    // No UTF-8: the check says so.
  }
  const { state, reasons } = await context.fonds.check(text);
  console.log(`${name}: ${state}${reasons.length > 0 ? `; ${reasons[0]}` : ""}`);
}
