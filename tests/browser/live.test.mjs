// `gateshift report --serve` in a real Chromium: the page loads itself again when a file of the rollout changes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const TOP = join(dirname(fileURLToPath(import.meta.url)), "../..");
let browser, folder, server, url;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gateshift-live-"));
  for (const name of ["base", "overlays", "sync", "gateshift.yaml"]) cpSync(join(TOP, name), join(folder, name), { recursive: true });
  server = spawn(process.env.PYTHON ?? "python3", ["-m", "gateshift", "report", "--serve", "--port", "0"], { cwd: folder });
  url = await new Promise((resolve, reject) => {
    let said = "";
    server.stderr.on("data", (data) => {
      said += data;
      const found = said.match(/http:\S+/);
      if (found) resolve(found[0]);
    });
    server.on("exit", () => reject(new Error(said)));
  });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(async () => {
  await browser?.close();
  server?.kill("SIGINT");
  rmSync(folder, { recursive: true });
});

test("a changed weight, a broken file and its mending all show by themselves", async () => {
  const page = await browser.newPage();
  const troubles = [];
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("request", (request) => new URL(request.url()).origin !== new URL(url).origin && troubles.push(request.url()));
  await page.goto(url);
  const canary = page.locator('article[data-stage="canary"] [data-version="v2"]');
  assert.equal(await canary.textContent(), "v2 10 %");

  const route = join(folder, "overlays/canary/httproute.yaml");
  writeFileSync(route, readFileSync(route, "utf8").replace("weight: 10", "weight: 30"));
  await page.waitForFunction(() => document.querySelector('article[data-stage="canary"] [data-version="v2"]').textContent === "v2 25 %");

  const rollout = join(folder, "gateshift.yaml");
  const text = readFileSync(rollout, "utf8");
  writeFileSync(rollout, `${text}surprise: 1\n`);
  await page.waitForSelector(".problem");
  assert.match(await page.locator(".problem").textContent(), /gateshift\.yaml:\d+.*surprise/s);

  writeFileSync(rollout, text);
  await page.waitForSelector('article[data-stage="canary"]');
  assert.deepEqual(troubles, []);
});
