// Reports in headless Chromium: charts are drawn and respond, nothing is requested, on desktop and phone, by keyboard,
// printed, light and dark; axe-core checks contrast and labels.
// usage: node page_test.js BUILD_DIR NODE_MODULES CHROMIUM SCREENSHOTS
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const [build, modules, chromium, screenshots] = process.argv.slice(2);
const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(path.join(modules, "x.js"));
const playwright = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const hostile = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">";

const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const home = mkdtempSync(path.join(os.tmpdir(), "lode-page-"));
let browser, report, other;

function lode(...words) {
  return execFileSync(path.join(build, "bin/lode"), words, {
    cwd: home,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

// Returns the address of a report of a search for two goals and of a pipeline with stages.
function reportOfGoalsAndStages() {
  const goals = 'reward={metric="valid_accuracy",goals=[{metric="valid_accuracy"},{metric="params"}]}';
  const front = ["--set", "optimizer.use=nsga2", "--set", goals, "--set", "budget={steps=100}"];
  lode("run", path.join(source, "configs/nb201/rea.toml"), "--out", "goals", "--seeds", "2", ...front);
  const short = ["--set", "stage.search.budget.steps=30"];
  lode("run", path.join(source, "configs/nb201/stages.toml"), "--out", "stages", "--seeds", "2", ...short);
  lode("report", "goals", "stages", "-o", "other.html");
  return pathToFileURL(path.join(home, "other.html")).href;
}

before(async () => {
  for (const optimizer of ["rea", "random"]) {
    lode(
      "run",
      path.join(source, "configs/nb201/rea.toml"),
      "--out",
      optimizer,
      "--seeds",
      "5",
      "--set",
      `optimizer.use=${optimizer}`,
      "--set",
      "budget={steps=80,marks=[40]}",
      "--set",
      `pipeline.description=${hostile}`,
    );
  }
  lode("report", "rea", "random");
  report = pathToFileURL(path.join(home, "report.html")).href;
  other = reportOfGoalsAndStages();
  mkdirSync(screenshots, { recursive: true });
  browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  rmSync(home, { recursive: true });
});

// Opens the report, calls `use(page)`, and expects no error and no request but that for the file.
async function open(options, use, address = report) {
  const context = await browser.newContext({ viewport: sizes.desktop, ...options });
  const page = await context.newPage();
  const requests = [],
    errors = [];
  page.on("request", (request) => request.url().startsWith("data:") || requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address);
  await use(page);
  assert.deepEqual(requests, [address]);
  assert.deepEqual(errors, []);
  await context.close();
}

// Opens everything that can be opened, and draws all charts.
async function openAll(page) {
  for (let closed = 1; closed > 0;) {
    closed = await page.evaluate(() => {
      const all = [...document.querySelectorAll("details:not([open])")];
      for (const element of all) element.open = true;
      return all.length;
    });
  }
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
}

async function expectAccessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html).slice(0, 3)]),
    [],
  );
}

const marksIn = (chart) => chart.locator("svg path").count();

for (const [device, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`fits a ${device}, and passes axe, ${colorScheme}`, () =>
      open({ viewport, colorScheme }, async (page) => {
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
        await openAll(page);
        await page.screenshot({ path: path.join(screenshots, `${device}-${colorScheme}.png`), fullPage: true });
        const [shown, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
        assert.ok(whole <= shown, `the page is ${whole} wide on ${shown}`);
        for (const chart of await page.locator(".chart").all())
          assert.ok((await marksIn(chart)) > 5, "a chart is empty");
        if ((device === "desktop") !== (colorScheme === "light")) return; // once on each, and once in each
        await expectAccessible(page);
      }));
  }
}

test("shows fronts and stages", () =>
  open(
    { viewport: sizes.phone },
    async (page) => {
      await openAll(page);
      await page.screenshot({ path: path.join(screenshots, "goals-and-stages.png"), fullPage: true });
      for (const chart of await page.locator(".chart").all()) assert.ok((await marksIn(chart)) > 5, "a chart is empty");
      const front = page.locator("figure", { has: page.getByRole("heading", { name: "Pareto front" }) });
      const before = await front.locator(".chart").innerHTML();
      await front.getByRole("button", { name: "all", exact: true }).click();
      assert.notEqual(await front.locator(".chart").innerHTML(), before);
      assert.match(await page.locator("#stages").innerText(), /the best of stage search, as stage final measured it/);
      const [shown, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
      assert.ok(whole <= shown, `the page is ${whole} wide on ${shown}`);
      await expectAccessible(page);
    },
    other,
  ));

test("text from runs stays text", () =>
  open({}, async (page) => {
    await openAll(page);
    assert.equal(await page.title(), "nb201-rea");
    assert.equal(await page.locator("img[src=x]").count(), 0);
    assert.ok((await page.locator("main").innerText()).includes(hostile));
  }));

test("charts respond", () =>
  open({}, async (page) => {
    const chart = page.locator("#curves .chart").first();
    await chart.scrollIntoViewIfNeeded();
    await chart.locator("svg").waitFor();
    const before = await chart.innerHTML();
    for (const name of ["unique queries", "log regret"]) {
      const button = page.getByRole("button", { name, exact: true });
      await button.click();
      assert.equal(await button.getAttribute("aria-pressed"), "true");
    }
    assert.notEqual(await chart.innerHTML(), before);
    await page.screenshot({ path: path.join(screenshots, "log-regret.png") });
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await chart
      .getByText(/unique queries$/)
      .last()
      .waitFor();
  }));

test("the keyboard reaches everything", () =>
  open({}, async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the report");
    const reached = new Set();
    for (let i = 0; i < 90; ++i) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement.tagName + "." + document.activeElement.className));
    }
    for (const each of ["A.", "BUTTON.theme", "SUMMARY.", "BUTTON.", "DIV.chart", "CODE."])
      assert.ok(reached.has(each), each);
    await page.locator("#curves .chart").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page
      .locator("#curves .chart")
      .first()
      .getByText(/steps$/)
      .last()
      .waitFor();
  }));

test("the reader chooses the colors", () =>
  open({ colorScheme: "light" }, async (page) => {
    await page.getByRole("button", { name: "Dark colors" }).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await page.getByRole("button", { name: "Light colors" }).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  }));

test("prints all charts in light colors, without controls", () =>
  open({ colorScheme: "dark" }, async (page) => {
    const file = path.join(screenshots, "printed.pdf");
    await page.pdf({ path: file, format: "A4" });
    assert.ok(readFileSync(file).length > 20000);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".controls:visible, nav:visible, .theme:visible").count(), 0);
    for (const chart of await page.locator(".chart").all()) assert.ok((await marksIn(chart)) > 5);
  }));

test("says so without JavaScript", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(report);
  assert.match(await page.locator("body").innerText(), /draws its figures with JavaScript/);
  await context.close();
});
