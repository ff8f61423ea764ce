// The pictures of plans, drawn by the real Mermaid in a real Chromium, with the settings that GitHub gives it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const PLANS = JSON.parse(readFileSync(join(process.env.PAGES, "plans.json"), "utf8"));
const MERMAID = readFileSync(createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js"), "utf8");
let browser, page;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  page = await browser.newPage();
  await page.addScriptTag({ content: MERMAID });
  await page.evaluate(() => globalThis.mermaid.initialize({ startOnLoad: false, securityLevel: "strict" }));
});
after(() => browser.close());

// Each drawing of a Markdown text: what its boxes and arrows say, and the names of its elements.
const drawn = (markdown) =>
  page.evaluate(async (text) => {
    const found = [];
    for (const [, source] of text.matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)) {
      const { svg } = await globalThis.mermaid.render(`drawing${found.length}`, source);
      document.body.innerHTML = svg;
      const say = (selector) => [...document.querySelectorAll(selector)].map((label) => label.textContent.trim());
      found.push({
        boxes: say(".nodeLabel"),
        arrows: say(".edgeLabel .edgeLabel, .edgeLabel > text").filter(Boolean),
        tags: [...new Set([...document.body.querySelectorAll("*")].map((element) => element.localName))],
      });
    }
    return found;
  }, markdown);

for (const [name, { markdown, boxes, arrows }] of Object.entries(PLANS)) {
  test(`${name}: is drawn with every class, share and answer`, async () => {
    const pictures = await drawn(markdown);
    assert.ok(pictures.length > 0);
    for (const picture of pictures) {
      for (const box of boxes) assert.ok(picture.boxes.includes(box), `${box} among ${picture.boxes.join(" | ")}`);
      for (const arrow of arrows) assert.ok(picture.arrows.includes(arrow), `${arrow} among ${picture.arrows.join(" | ")}`);
      assert.deepEqual(picture.tags.filter((tag) => ["script", "img", "a", "iframe", "b"].includes(tag)), []);
    }
  });
}
