// Checks the proof that this page carries, after schema/PROOF.md and schema/FORMAT.md, and shares nothing with the
// program that made it. Loads nothing, asks nobody. `noble` above it has the hashes and the arithmetic of the curve.
"use strict";
const fonds = (() => {
  const MATCHES = "matches", CANNOT = "cannot-be-checked", DIFFERS = "does-not-match";
  const WORST = [MATCHES, CANNOT, DIFFERS];
  const PRIME = 2n ** 255n - 19n;
  // The d of the curve (RFC 8032, 5.1).
  const CURVE = ((PRIME - 121665n) * power(121666n, PRIME - 2n)) % PRIME;
  const LOW_ORDER = [
    0n, 1n, PRIME - 1n,
    littleEndian(bytesOf("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")),
    littleEndian(bytesOf("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")),
  ];
  const ROTATED = ["old_key", "new_key", "reason", "note", "by", "t"];
  const SEAL = ["about", "segment", "rest", "total", "tool", "note", "by", "t"];
  const SEALS = new Map([["received/1", SEAL], ["derived/1", SEAL]]);
  const ITEMS = new Map([
    ["document/1", "bytes parent locator name path kind media_type modified encoding title text text_digest flags notes"],
    ["message/1", "bytes parent range event conversation from to subject at links attachments flags exported_by text " +
      "text_digest notes"],
    ["text/1", "bytes parent range kind media_type encoding title language links text text_digest notes"],
  ].map(([kind, slots]) => [kind, slots.split(" ")]));

  class Stop extends Error {
    constructor(state, reason) {
      super(reason);
      this.state = state;
    }
  }
  function need(condition, reason, state = DIFFERS) {
    if (!condition) throw new Stop(state, reason);
  }

  // Bytes

  function bytesOf(hex) {
    return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  }
  function hexOf(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  function littleEndian(bytes) {
    return BigInt("0x" + hexOf(Uint8Array.from(bytes).reverse()));
  }
  function same(one, other) {
    return one.length === other.length && one.every((byte, at) => byte === other[at]);
  }
  const utf8 = (text) => new TextEncoder().encode(text);
  function sha256(...parts) {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return noble.sha256(all);
  }
  const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  function base64(text) {
    const found = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text);
    need(found && text.length % 4 === 0, "not base64");
    let bits = "";
    for (const digit of found[1]) bits += BASE64.indexOf(digit).toString(2).padStart(6, "0");
    const whole = bits.length - (bits.length % 8);
    need(!bits.slice(whole).includes("1") && bits.length - whole === found[2].length * 2, "not base64");
    return Uint8Array.from(bits.slice(0, whole).match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
  }

  // FORMAT, 'Canonical JSON'

  function canonical(value) {
    if (value === null || value === true || value === false) return String(value);
    if (typeof value === "number") {
      need(Number.isSafeInteger(value), "a number is no integer, or too large");
      return String(value);
    }
    if (typeof value === "string") {
      need(!/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value), "half a character");
      return JSON.stringify(value);
    }
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    const keys = Object.keys(value).sort();
    need(keys.every((key) => /^[\x00-\x7f]*$/.test(key)), "a key is not ASCII");
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  function depth(text) {
    let now = 0, most = 0, inString = false;
    for (let at = 0; at < text.length; at += 1) {
      const letter = text[at];
      if (inString) {
        if (letter === "\\") at += 1;
        else if (letter === '"') inString = false;
      } else if (letter === '"') inString = true;
      else if (letter === "[" || letter === "{") most = Math.max(most, (now += 1));
      else if (letter === "]" || letter === "}") now -= 1;
    }
    return most;
  }
  /** Reads a proof file: a text, or nothing where its bytes were no UTF-8. */
  function read(file) {
    need(typeof file === "string", "it is not UTF-8");
    need(utf8(file).length <= 16 * 1024 * 1024, "it is too large", CANNOT);
    need(file.endsWith("\n"), "it does not end in a line feed");
    const text = file.slice(0, -1);
    need(depth(text) <= 32, "it is too deep");
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Stop(DIFFERS, "it is not JSON");
    }
    need(canonical(value) === text, "it is not in canonical form");
    return value;
  }

  // The shape of the file

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  function fields(value, names) {
    need(isObject(value), "a part of it is missing");
    const found = Object.keys(value).sort();
    need(found.join(" ") === names, "a part of it is missing or too much");
    return value;
  }
  function number(value) {
    need(Number.isSafeInteger(value) && value >= 0, "a number is missing");
    return value;
  }
  function text(value) {
    need(typeof value === "string", "a text is missing");
    return value;
  }
  function hex32(value) {
    need(typeof value === "string" && /^[0-9a-f]{64}$/.test(value) && value.length === 64, "a digest is missing");
    return bytesOf(value);
  }
  function list(value, check) {
    need(Array.isArray(value), "a list is missing");
    return value.map(check);
  }
  const path = (value) => list(value, hex32);
  const openings = (value) => list(value, (one) => {
    fields(one, "salt slot value");
    return { salt: hex32(one.salt), slot: text(one.slot), value: one.value };
  });
  function record(value, names) {
    fields(value, names);
    for (const name of names.split(" ")) {
      if (name === "c") path(value.c);
      else if (name === "e" || name === "o") text(value[name]);
      else number(value[name]);
    }
    return value;
  }
  function segmentPart(value) {
    fields(value, "openings path record");
    return {
      openings: openings(value.openings), path: path(value.path), record: record(value.record, "c e i o v"),
    };
  }
  function shownText(value) {
    if (value === null) return null;
    need(isObject(value), "a text is missing");
    if ("whole" in value) {
      fields(value, "whole");
      const pieces = list(value.whole, (one) => fields(one, "salt text"));
      return { whole: pieces.map((one) => ({ salt: hex32(one.salt), text: text(one.text) })) };
    }
    fields(value, "passages");
    return {
      passages: list(value.passages, (one) => {
        fields(one, "path piece salt text");
        return { path: path(one.path), piece: number(one.piece), salt: hex32(one.salt), text: text(one.text) };
      }),
    };
  }
  function itemPart(value) {
    fields(value, "openings path record reference text");
    need(value.reference === null || typeof value.reference === "string", "a reference is missing");
    return {
      openings: openings(value.openings), path: path(value.path), record: record(value.record, "a c e i o r s v"),
      reference: value.reference, text: shownText(value.text),
    };
  }

  // FORMAT, 'Commitments', 'Leaf data', 'Text', 'References'

  function commitment(origin, salt, slot, value) {
    return sha256(utf8("fonds/field/v1\n"), utf8(canonical([origin, hexOf(salt), slot, value])));
  }
  const leafHash = (data) => sha256(Uint8Array.of(0), data);
  const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

  /** RFC 9162, 2.1.3.2. Sizes go up to 2^53, so nothing here shifts bits. */
  function included(index, size, leaf, steps, root) {
    if (index >= size) return false;
    const half = (n) => Math.floor(n / 2);
    let fn = index, sn = size - 1, found = leaf;
    for (const step of steps) {
      if (sn === 0) return false;
      if (fn % 2 === 1 || fn === sn) {
        found = nodeHash(step, found);
        while (fn % 2 === 0 && fn !== 0) {
          fn = half(fn);
          sn = half(sn);
        }
      } else {
        found = nodeHash(found, step);
      }
      fn = half(fn);
      sn = half(sn);
    }
    return sn === 0 && same(found, root);
  }
  function treeRoot(leaves) {
    if (leaves.length === 0) return sha256();
    let level = leaves;
    while (level.length > 1) {
      const above = [];
      for (let at = 0; at < level.length; at += 2) {
        above.push(at + 1 < level.length ? nodeHash(level[at], level[at + 1]) : level[at]);
      }
      level = above;
    }
    return level[0];
  }
  function pieceLeaf(origin, salt, k, words) {
    return leafHash(sha256(utf8("fonds/piece/v1\n"), commitment(origin, salt, `text/${k}`, words)));
  }
  /** One pass: no piece is looked for beyond the 512 bytes that it may have. */
  function cut(words) {
    const parts = [], decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (let rest = utf8(words); rest.length > 0; ) {
      const seen = rest.subarray(0, 512);
      let end = seen.indexOf(10);
      if (end >= 0) {
        while (seen[end] === 10) end += 1;
      } else if (rest.length <= 512) {
        end = rest.length;
      } else {
        end = seen.lastIndexOf(32) + 1;
        if (end === 0) {
          end = 512;
          while ((rest[end] & 0xc0) === 0x80) end -= 1;
        }
      }
      parts.push(decoder.decode(rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
    return parts;
  }
  function digits(data) {
    let bits = "";
    for (const byte of data) bits += byte.toString(2).padStart(8, "0");
    return (bits + "0000").match(/.{5}/g).map((five) => "0123456789abcdefghjkmnpqrstvwxyz"[parseInt(five, 2)]).join("");
  }

  // PROOF, 'Checking'

  /** Strictly: no point of low order, none wrongly encoded, and RFC 8032, 5.1.7 without the cofactor: [s]B - [k]A is R
      itself, byte by byte. Not left to the browser: not all decide alike about what was crafted. */
  function isSigned(key, signature, message) {
    const { Point, sha512 } = noble;
    const r = signature.subarray(0, 32), s = littleEndian(signature.subarray(32));
    const { n: order } = Point.CURVE();
    if (s >= order || isOfLowOrder(key) || isOfLowOrder(r)) return false;
    const k = littleEndian(sha512(Uint8Array.of(...r, ...key, ...message))) % order;
    try {
      const found = Point.BASE.multiply(s, false).subtract(Point.fromBytes(key).multiply(k, false));
      return same(found.toBytes(), r);
    } catch {
      // The key is no point.
      return false;
    }
  }
  /** Whether these bytes are a point of low order, or above what may be a point. */
  function isOfLowOrder(point) {
    const y = littleEndian(point) % 2n ** 255n;
    return y >= PRIME || LOW_ORDER.includes(y);
  }
  function power(base, exponent) {
    let made = 1n;
    for (let by = base, left = exponent; left > 0n; left /= 2n) {
      if (left % 2n === 1n) made = (made * by) % PRIME;
      by = (by * by) % PRIME;
    }
    return made;
  }
  /** Whether these are the bytes of a point (RFC 8032, 5.1.3) that is not of low order. */
  function usable(key) {
    if (isOfLowOrder(key)) return false;
    const y = littleEndian(key) % 2n ** 255n;
    const below = power((CURVE * y * y + 1n) % PRIME, PRIME - 2n);
    return power(((y * y - 1n) * below) % PRIME, (PRIME - 1n) / 2n) === 1n;
  }
  const keyId = (origin, key) => sha256(utf8(origin), Uint8Array.of(10, 1), key).subarray(0, 4);
  /** The checkpoint, signed by the keys of its size; `keys` have the index of the entry that began each. */
  function signed(origin, keys, note) {
    const lines = note.split("\n");
    need(lines.length >= 6 && lines[3] === "" && lines.at(-1) === "", "the checkpoint has not six lines");
    need(lines[0] === origin, "the checkpoint is of another archive");
    need(/^(0|[1-9][0-9]{0,15})$/.test(lines[1]) && Number.isSafeInteger(Number(lines[1])), "the size is not plain");
    const root = base64(lines[2]);
    need(root.length === 32, "the root is not plain");
    const size = Number(lines[1]);
    const begun = keys.filter((one) => one.index < size);
    // Where the last entry changed the key, the one before it signs too.
    const both = begun.length > 1 && begun.at(-1).index + 1 === size;
    const signers = begun.slice(both ? -2 : -1).map((one) => one.key);
    need(lines.length === 5 + signers.length, "the checkpoint has not one signature for each key");
    const message = lines.slice(0, 3).map((one) => one + "\n").join("");
    const ids = signers.map((one) => hexOf(keyId(origin, one)));
    need(new Set(ids).size === ids.length, "two keys go by one id");
    for (const one of lines.slice(4, -1)) signature(origin, signers, one, utf8(message));
    return { size, root, message };
  }
  /** One line, by one of the keys that have not signed yet, which is taken out of them. */
  function signature(origin, signers, text, message) {
    const start = `\u2014 ${origin} `;
    need(text.startsWith(start), "the signature is of another name");
    const line = base64(text.slice(start.length));
    need(line.length === 68, "the signature has another length");
    const at = signers.findIndex((key) => same(line.subarray(0, 4), keyId(origin, key)));
    need(at >= 0, "the checkpoint is signed by another key");
    const [key] = signers.splice(at, 1);
    need(isSigned(key, line.subarray(4), message), "the signature does not fit");
  }

  /** A cosignature by its key over the checkpoint; whether its key is a witness's, its reader has to know. */
  function cosigned(head, { key, name, signature, time }) {
    need(/^[!-*,-~]+$/.test(name), "a cosignature has no plain name");
    const message = utf8(`cosignature/v1\ntime ${time}\n${head.message}`);
    need(isSigned(key, signature, message), "a cosignature does not fit");
  }

  class Check {
    state = MATCHES;
    reasons = [];

    add(state, reason) {
      if (WORST.indexOf(state) > WORST.indexOf(this.state)) this.state = state;
      this.reasons.push(reason);
    }
    demand(condition, reason) {
      if (!condition) this.add(DIFFERS, reason);
    }
    /** Runs a step; where it stops, its reason is one of the check's. */
    step(run) {
      try {
        return run();
      } catch (stop) {
        if (!(stop instanceof Stop)) throw stop;
        this.add(stop.state, stop.message);
        return null;
      }
    }

    openings(origin, order, held, opened) {
      this.demand(held.c.length === order.length, "a record has not one commitment for each slot");
      this.demand(new Set(opened.map((one) => one.slot)).size === opened.length, "a slot is opened twice");
      const values = new Map();
      for (const { salt, slot, value } of opened) {
        const committed = held.c[order.indexOf(slot)] ?? "";
        const made = hexOf(commitment(origin, salt, slot, value));
        this.demand(order.includes(slot) && committed === made, `what is shown under ${slot} is not what was recorded`);
        if (!values.has(slot)) values.set(slot, value);
      }
      return values;
    }

    proof(proof) {
      const schema = isObject(proof) ? proof.schema : null;
      const later = typeof schema === "string" && schema.startsWith("fonds/proof/") && schema !== "fonds/proof/1";
      need(!later, "it is of a later version", CANNOT);
      need(schema === "fonds/proof/1", "it is no proof");
      fields(proof, "checkpoint cosignatures items key_entries origin schema segments tokens");
      fields(proof.origin, "log_key recovery_key salt");
      const keys = [proof.origin.log_key, proof.origin.recovery_key, proof.origin.salt].map(hex32);
      const items = list(proof.items, itemPart);
      const segments = list(proof.segments, segmentPart);
      text(proof.checkpoint);
      const changes = list(proof.key_entries, segmentPart);
      const cosignatures = list(proof.cosignatures, (one) => {
        fields(one, "key name signature time");
        need(/^[0-9a-f]{128}$/.test(text(one.signature)), "a cosignature is no signature");
        return { key: hex32(one.key), name: text(one.name), signature: bytesOf(one.signature), time: number(one.time) };
      });
      const hex = (one) => need(/^([0-9a-f]{2}){1,65536}$/.test(text(one)), "a time stamp is not bytes in hex");
      const stamps = list(proof.tokens, hex).length;

      const origin = "fonds/" + hexOf(sha256(utf8("fonds/origin/v1\n"), utf8(canonical(keys.map(hexOf))))).slice(0, 40);
      const head = this.step(() => signed(origin, this.logKeys(origin, keys[0], changes), proof.checkpoint));
      for (const part of changes) this.entry(origin, head, part);
      const keysSeen = new Set(proof.cosignatures.map((one) => one.key));
      this.demand(keysSeen.size === cosignatures.length, "a key cosigned twice");
      if (head) for (const one of cosignatures) this.step(() => cosigned(head, one));
      const sealed = new Map();
      for (const part of segments) this.step(() => this.segment(origin, head, sealed, part));
      const used = new Set(), places = new Set();
      for (const part of items) this.step(() => this.item(origin, sealed, used, places, part));
      this.demand(items.length > 0, "it shows no item");
      this.demand(used.size === sealed.size, "it has a segment without an item");
      return { origin, head, items, sealed, cosignatures, stamps };
    }

    /** The log's keys, with the index of the entry that began each. */
    logKeys(origin, first, entries) {
      const keys = [{ index: -1, key: first }];
      for (const { openings: opened, record: held } of entries) {
        need(held.e === "key.rotated/1", "an entry is of a kind that is not known here", CANNOT);
        const values = this.openings(origin, ROTATED, held, opened);
        const [before, after] = [values.get("old_key"), values.get("new_key")].map(hex32);
        need(usable(before) && usable(after), "a key proves nothing");
        const { index, key } = keys.at(-1);
        const follows = held.i > Math.max(index, 0) && same(before, key) && !same(before, after);
        need(follows, "an entry does not change the key that signs then");
        keys.push({ index: held.i, key: after });
      }
      return keys;
    }

    entry(origin, head, { path: steps, record: held }) {
      this.demand(held.v === 1 && held.o === origin, "an entry is of another archive");
      const leaf = leafHash(sha256(utf8("fonds/entry/v1\n"), utf8(canonical(held))));
      if (head) this.demand(included(held.i, head.size, leaf, steps, head.root), "an entry is not under the checkpoint");
    }

    segment(origin, head, sealed, part) {
      this.entry(origin, head, part);
      const { openings: opened, record: held } = part;
      need(SEALS.has(held.e), "an entry is of a kind that is not known here", CANNOT);
      const values = this.openings(origin, SEALS.get(held.e), held, opened);
      const segment = values.get("segment"), about = values.get("about");
      fields(segment, "a r root s size");
      const [a, r, s, size] = [segment.a, segment.r, segment.s, segment.size].map(number);
      const root = hex32(segment.root);
      fields(about, "entry");
      need(about.entry === a && a < held.i, "a segment is not of its accession");
      need(size >= 1 && size <= 65536, "a segment has no lawful size");
      need(!sealed.has(`${a} ${r} ${s}`), "a segment is given twice");
      sealed.set(`${a} ${r} ${s}`, { size, root, entry: held.i });
    }

    item(origin, sealed, used, places, part) {
      const held = part.record;
      this.demand(held.v === 1 && held.o === origin, "an item is of another archive");
      const data = sha256(utf8("fonds/item/v1\n"), utf8(canonical(held)));
      const address = `${held.a} ${held.r} ${held.s}`;
      this.demand(!places.has(`${address} ${held.i}`), "an item is given twice");
      places.add(`${address} ${held.i}`);
      const segment = sealed.get(address);
      this.demand(segment, "an item's segment is not there");
      if (segment) {
        used.add(address);
        const is = included(held.i, segment.size, leafHash(data), part.path, segment.root);
        this.demand(is, "an item is not in its segment");
      }
      need(ITEMS.has(held.e), "an item is of a kind that is not known here", CANNOT);
      part.values = this.openings(origin, ITEMS.get(held.e), held, part.openings);
      if (part.reference !== null) {
        const letter = { "message/1": "m-", "document/1": "d-" }[held.e];
        const code = part.reference.slice(2);
        const is = part.reference.slice(0, 2) === letter && code.length >= 4 && digits(data).startsWith(code);
        this.demand(is, "the reference is another item's");
      }
      if (part.text) this.text(origin, held.e, part);
    }

    text(origin, kind, part) {
      const held = fields(part.values.get("text"), "pieces root");
      const count = number(held.pieces), root = hex32(held.root);
      if (part.text.whole) {
        const pieces = part.text.whole;
        need(pieces.length === count, "the text is not whole");
        const leaves = pieces.map((one, k) => pieceLeaf(origin, one.salt, k, one.text));
        need(same(treeRoot(leaves), root), "the text is not the one that was recorded");
        part.runs = [{ first: 0, text: this.joined(pieces.map((one) => one.text)) }];
        const data = utf8(part.runs[0].text);
        const made = canonical({ sha256: hexOf(sha256(data)), size: data.length });
        for (const slot of kind === "message/1" ? ["text_digest"] : ["text_digest", "bytes"]) {
          const is = !part.values.has(slot) || canonical(part.values.get(slot)) === made;
          need(is, "the text has not its digest");
        }
        return;
      }
      need(part.text.passages.length > 0, "no passage is shown");
      const runs = [];
      let next = 0;
      for (const { path: steps, piece: k, salt, text: words } of part.text.passages) {
        need(k >= next && k < count, "passages are out of order");
        const is = included(k, count, pieceLeaf(origin, salt, k, words), steps, root);
        need(is, "a passage is not of the text that was recorded");
        if (runs.length > 0 && k === next) runs.at(-1).parts.push(words);
        else runs.push({ first: k, parts: [words] });
        next = k + 1;
      }
      part.runs = runs.map(({ first, parts }) => ({ first, text: this.joined(parts) }));
    }
    joined(parts) {
      const whole = parts.join("");
      const again = cut(whole);
      need(again.length === parts.length && again.every((one, at) => one === parts[at]), "passages are cut otherwise");
      return whole;
    }
  }

  /** Checks a proof file, given as text. */
  function check(file) {
    const found = new Check();
    const proof = found.step(() => found.proof(read(file)));
    return { state: found.state, reasons: found.reasons, proof };
  }

  /** The proof file out of a page's element. */
  const unescaped = (held) => held.replace(/\\(u003c|[^])/g, (pair, what) => (what === "u003c" ? "<" : pair)) + "\n";

  // What the page shows, made once more from the proof: every element with data-proven holds one of these.

  const HIDDEN = "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb" +
    "\\u{e0000}-\\u{e007f}\\u007f-\\u009f\\u0000-\\u0008\\u000b-\\u001f";
  const named = new RegExp(`[${HIDDEN}]`, "gu");
  function legible(words) {
    const name = (one) => `\u27e8U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
    return words.replace(/\r\n?/g, "\n").replace(named, name);
  }
  function participant(one) {
    return one.display && one.account ? `${one.display} (${one.account})` : one.display ?? one.account ?? "not named";
  }
  function instant(at) {
    const said = [];
    if (at.earliest || at.latest) {
      said.push(at.earliest === at.latest ? at.earliest : `${at.earliest ?? "?"} to ${at.latest ?? "?"}`);
    } else said.push("not known");
    if (at.as_written && at.as_written !== at.earliest) said.push(`written \u201c${at.as_written}\u201d`);
    if (at.basis) said.push(`on the word of: ${at.basis}`);
    return said.join(", ");
  }
  function value(slot, held) {
    if (slot === "from" || slot === "to") return legible(held.map(participant).join("; "));
    if (slot === "at") return legible(instant(held));
    return legible(typeof held === "string" ? held : canonical(held));
  }
  function words(origin, listed) {
    let bits = "";
    for (const byte of bytesOf(origin.slice(6))) bits += byte.toString(2).padStart(8, "0");
    return bits.slice(0, 132).match(/.{11}/g).map((eleven) => listed[parseInt(eleven, 2)]).join(" ");
  }
  /** How many others saw the checkpoint, as the file claims: whose keys these are, only its reader can know. */
  function hands(witnesses, stamps) {
    const said = [];
    if (witnesses > 0) said.push(witnesses === 1 ? "1 signature of a witness" : `${witnesses} signatures of witnesses`);
    if (stamps > 0) said.push(stamps === 1 ? "1 time stamp" : `${stamps} time stamps`);
    return said.join(", ") || "nobody";
  }
  function witnessed({ name, time }) {
    // The last second that four-digit years can say.
    if (time > 253402300799) return `${name}, ${time} seconds after 1970`;
    return `${name}, at ${new Date(time * 1000).toISOString().replace(".000", "")}`;
  }
  /** What each element shows, by its name. */
  function shown({ origin, head, items, sealed, cosignatures, stamps }, listed) {
    const all = new Map([["origin", origin], ["words", words(origin, listed)], ["size", String(head.size)]]);
    all.set("hands", hands(cosignatures.length, stamps));
    cosignatures.forEach((one, at) => all.set(`witness/${at}`, witnessed(one)));
    items.forEach((item, at) => {
      const { a, r, s, i } = item.record;
      const { size, entry } = sealed.get(`${a} ${r} ${s}`);
      if (item.reference) all.set(`${at}/reference`, item.reference);
      all.set(`${at}/place`, `item ${i + 1} of ${size} in segment ${s} of run ${r}, accession ${a}; sealed by entry ${entry}`);
      for (const [slot, held] of item.values) {
        if (slot !== "text" && slot !== "text_digest") all.set(`${at}/${slot}`, value(slot, held));
      }
      (item.runs ?? []).forEach((run) => all.set(`${at}/text/${run.first}`, legible(run.text)));
    });
    return all;
  }

  const inARow = (text) => text.split(/[\t\n\r ]+/).filter((it) => it !== "").join(" ");
  /** The words of an element, without what is said to those who do not see its marking. */
  function plain(node) {
    if (node.nodeType === 3) return node.data;
    if (node.classList?.contains("hidden") || node.classList?.contains("caret")) return "";
    return [...node.childNodes].map(plain).join("");
  }
  const BESIDES = ["\u2038", "[the draft takes]", "[end]", "[the draft leaves something out here]", "[the draft has]",
    "[the source has nothing here]", "[the source has]"];
  /** Whether all of an element is before the eye, and what is said besides is what a report says. */
  function seen(part) {
    if (!part.checkVisibility({ visibilityProperty: true })) return false;
    return [...part.querySelectorAll("*")].every((one) => {
      const besides = one.closest(".hidden, .caret");
      if (besides) return BESIDES.includes(besides.textContent.trim());
      return ["SPAN", "MARK"].includes(one.tagName) && one.checkVisibility({ visibilityProperty: true });
    });
  }
  // A citation report shows a source nowhere but on its cards, and there only under the labels that a report gives it.
  const PARTS = ("header main section article div p span mark del ins h1 h2 h3 dl dt dd ul ol li a strong code pre table " +
    "thead tbody tr th td details summary br").split(" ");
  const LABELS = ["Checkpoint", "The archive\u2019s twelve words", "Its text"];
  const PASSAGES = /^Passages of its text, which has \d+ pieces?; the others are not shown$/;
  const NOTHING_HERE = ["Nothing needs attention.", "The draft has no quotations.", "No source is cited."];
  const NOT_HELD = ["Not compared with any source.", "Not in the archive, as the draft itself says.",
    "No passage holds these words.", "Where it is pinned, no passage holds these words.",
    "No passage holds enough of these words."];
  const are = (parts, ...classes) => parts.length === classes.length && parts.every((it, at) => it.className === classes[at]);
  /** Whether a source's words stand under the reference of their item, or of the document whose text they are. */
  function isNamed(name, said, items) {
    if (said.dataset.source === undefined || !/^[A-Za-z0-9-]*$/.test(name)) return false;
    if (said.dataset.quoted === undefined) return true;
    const own = items[Number(said.dataset.quoted)]?.reference;
    return own ? own === name : name.startsWith("t-") || items.some((it) => it.reference === name);
  }
  /** Whether the two sides of a card are those of a report. */
  function isCard(card, items) {
    const sides = card.children[1];
    if (!are([...card.children].slice(1), "sides", "notes", "signoff") || !are([...sides.children], "side", "side")) return false;
    const [draft, source] = [...sides.children].map((side) => [...side.children]);
    const inLine = [sides, ...sides.children].every((it) => [...it.childNodes].every((one) => one.nodeType === 1));
    if (!inLine || ![...draft, ...source].every((it) => it.tagName === "P")) return false;
    const free = [...draft, ...source].every((it) => it.classList.contains("said") || it.children.length === 0);
    if (!free || !are(draft, "label", "said") || draft[0].textContent !== "The draft") return false;
    if (draft[1].dataset.source !== undefined) return false;
    const label = source[0]?.textContent ?? "";
    if (are(source, "label", "empty")) return label === "The source" && NOT_HELD.includes(source[1].textContent);
    if (are(source, "label", "said", "facts")) {
      return label.startsWith("The source, ") && isNamed(label.slice("The source, ".length), source[1], items);
    }
    const several = source.slice(1), many = several.length / 2;
    if (source[0]?.className !== "label" || !Number.isInteger(many)) return false;
    const labels = ["messages", "lines of a transcript"].map((what) => `The source: ${many} ${what}`);
    return labels.includes(label) && several.every((it, at) => at % 2 === 0
      ? it.className === "facts" && it.textContent.includes(", ") && isNamed(it.textContent.split(", ")[0], several[at + 1], items)
      : it.className === "said message");
  }
  /** The first part of a page that no report has where it stands. */
  function foreign(page, items) {
    return [...page.body.querySelectorAll("*")].find((it) => {
      if (it.tagName === "SCRIPT") return it.id !== "proof" && it.id !== "words-list" && it !== page.body.lastElementChild;
      const card = it.parentElement.closest("article");
      const label = it.textContent;
      if (!PARTS.includes(it.localName)) return true;
      if (it.hasAttribute("href") && !(it.localName === "a" && it.getAttribute("href").startsWith("#"))) return true;
      if (it.localName === "article") return card !== null || it.className !== "card" || !isCard(it, items);
      if (it.localName === "section") return card !== null;
      const inSide = it.parentElement.className === "side";
      for (const name of it.classList) {
        if (["side", "sides", "said"].includes(name) && !card) return true;
        if (name === "said" && !inSide) return true;
        if (name === "worded" && card) return true;
        if (name === "shown" && it.dataset.proven === undefined) return true;
        if (name === "label" && !inSide && (card || !LABELS.includes(label) && !PASSAGES.test(label))) return true;
        if (name === "empty" && !inSide && (card || !NOTHING_HERE.includes(label))) return true;
      }
      return it.dataset.source !== undefined && !(inSide && it.classList.contains("said"));
    });
  }
  /** The passages of a citation report: how many it shows, how many are in the proof, and what is wrong first. */
  function passages(page, { items }) {
    const shown = [...page.querySelectorAll("[data-source]")];
    const quoted = shown.filter((part) => part.dataset.quoted !== undefined);
    const held = new Set();
    const odd = quoted.find((part) => {
      if (part.checkVisibility && !seen(part)) return true;
      const words = inARow(plain(part)).replace(/^\u2026/, "").replace(/\u2026$/, "").trim();
      const runs = (items[Number(part.dataset.quoted)]?.runs ?? []).filter((run) => inARow(legible(run.text)).includes(words));
      for (const run of runs) held.add(run);
      return words === "" || runs.length === 0;
    });
    const said = (part) => `\u201c${inARow(plain(part)).slice(0, 80)}\u201d`;
    let wrong;
    const strange = foreign(page, items);
    if (odd) wrong = `a passage that the page shows is not in its proof: ${said(odd)}`;
    else if (strange) wrong = `the page has a part that no report has there: ${said(strange)}`;
    else if (items.some((it) => (it.runs ?? []).some((run) => !held.has(run)))) {
      wrong = "a passage of its proof is shown at no quotation";
    }
    return { shown: shown.length, proved: quoted.length, wrong };
  }

  const SAID = {
    [MATCHES]: ["Matches", "What is shown is what was recorded, under the checkpoint signed by the key of the words below."],
    [DIFFERS]: ["Does not match", "Something on this page is not what was recorded. Do not rely on it."],
    [CANNOT]: ["Cannot be checked here", "This browser, or this script, does not understand all of it."],
  };
  function say(page, state, reason, instead) {
    const box = page.getElementById("state");
    const [word, usual] = SAID[state];
    const sentence = instead ?? usual;
    box.className = `state ${state}`;
    page.getElementById("state-word").textContent = word;
    page.getElementById("state-why").textContent = reason ? `${sentence} (${reason}.)` : sentence;
  }
  function run(page) {
    try {
      const listed = page.getElementById("words-list").textContent.split(" ");
      const found = check(unescaped(page.getElementById("proof").textContent));
      let { state } = found;
      let reason = found.reasons[0];
      if (state === MATCHES) {
        const wanted = shown(found.proof, listed);
        const parts = [...page.querySelectorAll("[data-proven]")];
        const names = parts.map((part) => part.dataset.proven);
        const odd = parts.find((part) => wanted.get(part.dataset.proven) !== part.textContent);
        if (odd || new Set(names).size !== names.length || names.length !== wanted.size) {
          state = DIFFERS;
          reason = odd ? `what the page shows at ${odd.dataset.proven} is not what is proved` : "the page leaves something out";
        }
      }
      let instead;
      const hidden = [...page.querySelectorAll("[data-proven]")].find((it) => it.checkVisibility && !it.checkVisibility());
      if (state === MATCHES && hidden) {
        state = DIFFERS;
        reason = `what is proved at ${hidden.dataset.proven} is not shown`;
      }
      if (state === MATCHES && page.querySelector("[data-page], [data-source], article")) {
        const { shown, proved, wrong } = passages(page, found.proof);
        if (wrong) {
          state = DIFFERS;
          reason = wrong;
        } else {
          instead = `${proved} of ${shown} passages of sources are what was recorded, under the checkpoint signed by the key ` +
            "of the words below. The draft, the verdicts and the custody are not proved here.";
        }
      }
      say(page, state, reason, instead);
    } catch (error) {
      say(page, CANNOT, String(error));
    }
  }
  return { check, isSigned, run, unescaped };
})();
if (typeof document !== "undefined") fonds.run(document);
