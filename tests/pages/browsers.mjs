// Starts browsers and speaks with them without a package: Chromium over its debugging pipe (no port), Firefox over
// Marionette, the protocol of its own tests, on a port of this computer that it chooses. Whatever would leave this
// machine is sent to a closed port.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CLOSED = 9;

/** A folder for one browser, and what takes it away after the browser has ended. */
function started(program, args, stdio) {
  const folder = mkdtempSync(join(tmpdir(), "pages-"));
  const browser = spawn(program, args(folder), { stdio });
  const ended = new Promise((resolve) => browser.once("exit", resolve));
  const close = async () => {
    browser.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, folder, ended, close };
}

/** Requests that wait for their answers, by number. */
function asked(ended) {
  let number = 0;
  const waiting = new Map();
  ended.then(() => waiting.forEach(([, reject]) => reject(new Error("the browser ended"))));
  return {
    ask: (write) => {
      const id = ++number;
      return new Promise((resolve, reject) => {
        waiting.set(id, [resolve, reject]);
        write(id);
      });
    },
    /** Whether somebody waited for this answer. */
    answer: (id, error, result) => {
      const held = waiting.get(id);
      waiting.delete(id);
      if (held && error) held[1](new Error(error.message));
      else held?.[0](result);
      return held !== undefined;
    },
  };
}

/** Chromium: `send(session, method, params)` asks, each of `listeners` is told of every event, `close()` ends it. */
export function chromium() {
  const switches = (folder) => [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", `--proxy-server=127.0.0.1:${CLOSED}`, `--user-data-dir=${folder}`,
    "--remote-debugging-pipe", "about:blank",
  ];
  const { browser, ended, close } = started("chromium", switches, ["ignore", "ignore", "ignore", "pipe", "pipe"]);
  const { ask, answer } = asked(ended);
  const listeners = new Set();
  let rest = "";
  browser.stdio[4].setEncoding("utf8");
  browser.stdio[4].on("data", (text) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop();
    for (const part of parts) {
      const message = JSON.parse(part);
      if (!answer(message.id, message.error, message.result)) listeners.forEach((listener) => listener(message));
    }
  });
  const send = (sessionId, method, params = {}) =>
    ask((id) => browser.stdio[3].write(JSON.stringify({ id, sessionId, method, params }) + "\0"));
  return { send, listeners, close };
}

/** Firefox: `send(command, params)` asks, `close()` ends it. */
export async function firefox(program) {
  const { browser, folder, ended, close } = started(
    program,
    (profile) => {
      const preferences = {
        "marionette.port": 0, "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": CLOSED,
        "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": CLOSED, "datareporting.policy.dataSubmissionEnabled": false,
      };
      const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
      writeFileSync(join(profile, "user.js"), lines.join(""));
      return ["--headless", "--no-remote", "--profile", profile, "--marionette", "about:blank"];
    },
    "ignore",
  );
  const { ask, answer } = asked(ended);
  const port = await written(browser, join(folder, "MarionetteActivePort"));
  const socket = connect(port, "127.0.0.1");
  let rest = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const colon = rest.indexOf(":");
      const length = Number(rest.subarray(0, colon));
      if (colon < 0 || rest.length < colon + 1 + length) return;
      const message = JSON.parse(rest.subarray(colon + 1, colon + 1 + length));
      rest = rest.subarray(colon + 1 + length);
      // The first message is a greeting; every other is [1, id, error, result].
      if (Array.isArray(message)) answer(message[1], message[2], message[3]);
    }
  });
  socket.on("error", () => browser.kill());
  const send = (command, params = {}) =>
    ask((id) => {
      const text = JSON.stringify([0, id, command, params]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  await send("WebDriver:NewSession", {});
  return {
    send,
    close: async () => {
      socket.destroy();
      await close();
    },
  };
}

/** The number in a file that a browser writes once it is ready. */
async function written(browser, file) {
  for (let turn = 0; turn < 600 && browser.exitCode === null; turn += 1) {
    try {
      const port = Number(readFileSync(file, "utf8"));
      if (port > 0) return port;
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  browser.kill();
  throw new Error("Firefox did not open its port within a minute");
}
