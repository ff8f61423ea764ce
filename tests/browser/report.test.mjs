// The HTML report in a real Chromium. PAGES is the folder that pages.py filled; CHROMIUM names the browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const PAGES = process.env.PAGES;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { phone: { width: 360, height: 740 }, wide: { width: 1440, height: 900 } };
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(() => browser.close());

// Opens a page and hands it to `look`; then nothing may have been logged, thrown, asked or fetched.
async function visit(name, options, look) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const url = pathToFileURL(join(PAGES, name)).href;
  const troubles = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("dialog", (dialog) => troubles.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  page.on("request", (request) => request.url() !== url && troubles.push(`request: ${request.url()}`));
  await page.goto(url);
  await look(page);
  await context.close();
  assert.deepEqual(troubles, []);
}

// What sticks out to the right of the window, outside of what scrolls by itself.
const sticksOut = () => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => element.closest(".scroll, .drawing, pre, svg, .hidden, .skip");
  const out = [...document.body.querySelectorAll("*")].filter(
    (element) => element.getBoundingClientRect().right > width + 0.5 && !scrolls(element.parentElement) && !element.matches(".skip"),
  );
  return {
    page: document.documentElement.scrollWidth - width,
    elements: out.slice(0, 5).map((element) => element.outerHTML.slice(0, 120)),
  };
};

// What scrolls by itself must be reachable with the keyboard.
const unreachable = () =>
  [...document.body.querySelectorAll("*")]
    .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === "auto")
    .filter((element) => element.tabIndex < 0)
    .slice(0, 5)
    .map((element) => element.outerHTML.slice(0, 120));

for (const name of ["shipped.html", "drawn.html", "hostile.html", "crowded.html", "long.html", "empty.html"]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      test(`${name}, ${size}, ${colorScheme}: quiet, accessible, nothing sticks out`, async () => {
        await visit(name, { viewport, colorScheme }, async (page) => {
          assert.deepEqual(await page.evaluate(sticksOut), { page: 0, elements: [] });
          assert.deepEqual(await page.evaluate(unreachable), []);
          await page.evaluate(AXE);
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(" | ")}`);
          assert.deepEqual(said, []);
        });
      });
    }
  }
  test(`${name}: works without its script and on paper`, async () => {
    await visit(name, { viewport: SIZES.wide, javaScriptEnabled: false }, async (page) => {
      assert.equal(await page.locator("form:visible").count(), 0);
    });
    await visit(name, { viewport: { width: 794, height: 1123 } }, async (page) => {
      await page.emulateMedia({ media: "print" });
      assert.equal((await page.evaluate(sticksOut)).page, 0);
    });
  });
}

describe("the shipped rollout", () => {
  const expected = JSON.parse(readFileSync(join(PAGES, "expected.json"), "utf8"));

  test("its shares are those of the built manifests", async () => {
    await visit("shipped.html", { viewport: SIZES.wide }, async (page) => {
      const shown = await page.evaluate(() =>
        Object.fromEntries(
          [...document.querySelectorAll("article.stage")].map((stage) => [
            stage.dataset.stage,
            Object.fromEntries(
              [...stage.querySelectorAll("[data-version]")].map((fact) => [fact.dataset.version, Number(fact.dataset.share)]),
            ),
          ]),
        ),
      );
      assert.deepEqual(shown, expected);
    });
  });

  test("its drawings have ways of the same shares, the larger the wider", async () => {
    await visit("shipped.html", { viewport: SIZES.wide }, async (page) => {
      const ways = await page
        .locator('article[data-stage="canary"] .drawing path.way')
        .evaluateAll((paths) => paths.map((way) => [way.dataset.share, Number(way.getAttribute("stroke-width"))]));
      const width = Object.fromEntries(ways);
      assert.deepEqual(ways.map(([share]) => share).sort(), ["", "0.1", "0.1", "0.9", "0.9"]);
      assert.ok(width["0.9"] > 2 * width["0.1"]);
    });
  });

  test("on a phone the traffic is a list that fits, for as many versions as there are", async () => {
    await visit("crowded.html", { viewport: SIZES.phone }, async (page) => {
      const stage = page.locator('article[data-stage="step-1"]').first();
      assert.equal(await stage.locator(".drawing").isVisible(), false);
      const shown = await stage.locator(".narrow .step").filter({ hasText: "Service checkout-v7" }).last().boundingBox();
      assert.ok(shown.x >= 0 && shown.x + shown.width <= SIZES.phone.width && shown.height > 20);
      assert.match(await stage.locator(".narrow").innerText(), /14\.3 % 503 Service checkout-v3 .*NoEndpoints/s);
    });
  });

  test("the debug path is drawn apart, and what gets nothing is idle", async () => {
    await visit("shipped.html", { viewport: SIZES.wide }, async (page) => {
      const debug = page.locator('article[data-stage="debug"] .drawing');
      assert.equal(await debug.locator("path.way.extra").count(), 3);
      assert.notEqual(
        await debug.locator("path.way.extra").first().evaluate((way) => getComputedStyle(way).strokeDasharray),
        await debug.locator("path.way.production").first().evaluate((way) => getComputedStyle(way).strokeDasharray),
      );
      const dark = page.locator('article[data-stage="dark"] .drawing g.box.idle text.name');
      assert.deepEqual(await dark.allTextContents(), ["customers-v2", "customers-v2"]);
    });
  });

  test("the form answers for every class of requests and every stage", async () => {
    await visit("shipped.html", { viewport: SIZES.phone }, async (page) => {
      const [request, stage] = await page.locator("form.ask select").all();
      await request.selectOption({ index: 1 });
      await stage.selectOption({ label: "5 debug" });
      assert.match(await page.locator("form.ask output").textContent(), /^v2 100 %\. .*rule debug/);
      await request.selectOption({ index: 0 });
      assert.match(await page.locator("form.ask output").textContent(), /^v1 100 %/);
    });
  });

  test("the matrix tells its reasons to the keyboard", async () => {
    await visit("shipped.html", { viewport: SIZES.wide }, async (page) => {
      const detail = page.locator(".part > .detail");
      await page.locator("table.matrix button").first().focus();
      assert.match(await detail.textContent(), /^initial -> subsets: safe/);
      await page.keyboard.press("ArrowRight");
      assert.match(await detail.textContent(), /^initial -> routed: unsafe with .+\. .+/);
      await page.keyboard.press("ArrowDown");
      assert.match(await detail.textContent(), /^subsets -> routed: safe/);
      await page.keyboard.press("ArrowLeft");
      assert.match(await detail.textContent(), /^subsets -> initial/);
    });
  });
});

describe("a rollout of twenty stages", () => {
  const shown = async (page, what) => {
    const all = await page.locator(what).all();
    const visible = await Promise.all(all.map((each) => each.isVisible()));
    return visible.flatMap((each, index) => (each ? [index + 1] : []));
  };

  test("shows what is near the stage in force, and all of it when asked", async () => {
    await visit("long.html", { viewport: SIZES.wide }, async (page) => {
      assert.deepEqual(await shown(page, "article.stage"), [7, 8, 9, 10, 11]);
      assert.deepEqual(await shown(page, "table.answers tbody tr"), [7, 8, 9, 10, 11]);
      assert.deepEqual(await shown(page, "table.matrix tbody tr"), [7, 8, 9, 10, 11]);
      assert.equal((await shown(page, ".strip li a")).length, 20);
      assert.equal(await page.locator('table.matrix button[tabindex="0"]').isVisible(), true);
      await page.getByRole("button", { name: "Show all 20 stages" }).click();
      assert.equal((await shown(page, "article.stage")).length, 20);
    });
  });

  test("a link to a folded stage leads to it", async () => {
    await visit("long.html", { viewport: SIZES.phone }, async (page) => {
      await page.locator(".strip a").nth(17).click();
      await page.waitForFunction(() => document.getElementById("r1-s18").checkVisibility());
      assert.equal(await page.locator("#r1-s18").isVisible(), true);
    });
  });

  test("all is shown without the script and on paper", async () => {
    await visit("long.html", { viewport: SIZES.wide, javaScriptEnabled: false }, async (page) => {
      assert.equal((await shown(page, "article.stage")).length, 20);
    });
  });
});

test("hostile names stay text", async () => {
  await visit("hostile.html", { viewport: SIZES.wide }, async (page) => {
    assert.equal(await page.locator("script").count(), 1);
    assert.equal(await page.locator("img, iframe, object, embed, [onclick], [onerror], [style]").count(), 0);
    assert.match(await page.locator("h1").textContent(), /<script>/);
    assert.equal(await page.evaluate(() => /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(document.documentElement.outerHTML)), false);
  });
});
