// The page of lode serve in headless Chromium, beside a run: it shows the run live, fits desktop and phone, is used by
// keyboard, asks nobody but its server, says when that is gone; axe-core checks contrast and labels.
// usage: node live_test.js BUILD_DIR NODE_MODULES CHROMIUM SCREENSHOTS
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";

const [build, modules, chromium, screenshots] = process.argv.slice(2);
const require = createRequire(path.join(modules, "x.js"));
const playwright = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const program = path.join(build, "bin/lode");
const plugin = path.join(build, "tests/plugins/faulty_oracle.lode.so");
const pipeline = `[pipeline]
name = "seen"
[space]
use = "nb201"
[oracle]
use = "faulty_oracle"
fault = "nan"
every = 5
[reward]
metric = "checksum"
[optimizer]
use = "random"
[execution]
workers = 2
[budget]
steps = 200
`;
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const home = mkdtempSync(path.join(os.tmpdir(), "lode-live-"));
const hostile = "<img src=x onerror=\"document.title='broken'\">";
const patience = 120_000;
const started = [];
let browser, address;

// Starts a command that serves, and returns its process and the address that it prints.
async function serve(...words) {
  const child = spawn(program, words, { cwd: home, stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  const url = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        const found = line.match(/shown at (http:\S+)/);
        if (found) resolve(found[1]);
      });
    }
    child.on("exit", () => reject(new Error(`${words} ended`)));
  });
  return { child, url };
}

const run = (...words) => ["--plugin", plugin, "run", "seen.toml", "--progress", "0", ...words];

before(async () => {
  writeFileSync(path.join(home, "seen.toml"), pipeline);
  execFileSync(program, run("--out", `runs/${hostile}`, "--seeds", "2"), { cwd: home, stdio: "ignore" });
  startRun();
  address = (await serve("serve", "runs", "--port", "0")).url;
  mkdirSync(screenshots, { recursive: true });
  browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
});

// A run that does not end by itself, and three that wait for it.
function startRun() {
  const words = run(
    "--out",
    "runs/long",
    "--seeds",
    "4",
    "-j",
    "1",
    "--set",
    "oracle.delay_ms=20",
    "--set",
    "budget.steps=1000000",
  );
  started.push(spawn(program, words, { cwd: home, stdio: "ignore" }));
}

after(async () => {
  await browser?.close();
  await Promise.all(
    started.map((child) => child.exitCode ?? new Promise((end) => child.on("exit", end) && child.kill("SIGKILL"))),
  );
  rmSync(home, { recursive: true });
});

// Opens the page, calls `use(page)`, and expects no error and no request but those to the server.
async function open(options, use, url = address) {
  const context = await browser.newContext({ viewport: sizes.desktop, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const elsewhere = [],
    errors = [];
  const isOwn = (asked) => asked.startsWith("data:") || new URL(asked).origin === new URL(url).origin;
  page.on("request", (request) => isOwn(request.url()) || elsewhere.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
  await page.locator('tr[data-standing="running"]').first().waitFor();
  await page.locator("#curves .chart svg path").nth(5).waitFor({ state: "attached" });
  await use(page, errors);
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(errors, []);
  await context.close();
}

const running = (page) => page.locator('tr[data-standing="running"]');
const stepsOf = async (page) => Number((await running(page).locator("td").nth(3).innerText()).split("/")[0]);

for (const [device, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`fits a ${device}, and passes axe, ${colorScheme}`, () =>
      open({ viewport, colorScheme }, async (page) => {
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
        for (const summary of await page.locator("summary").all()) await summary.click();
        await page.getByText("The last trials").first().waitFor();
        await page.screenshot({ path: path.join(screenshots, `live-${device}-${colorScheme}.png`), fullPage: true });
        const [shown, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
        assert.ok(whole <= shown, `the page is ${whole} wide on ${shown}`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html).slice(0, 3)]),
          [],
        );
      }));
  }
}

test("shows what the run has done since", () =>
  open({}, async (page) => {
    const before = await stepsOf(page);
    assert.ok(before > 0);
    await page.waitForFunction((steps) => {
      const cell = document.querySelectorAll('tr[data-standing="running"] td')[3];
      return Number(cell?.textContent.split("/")[0]) > steps;
    }, before);
    assert.match(
      await page.locator("header [role=status]").innerText(),
      /1 running, 3 in the queue, 2 finished · \d+ trials · .* trials\/s · \d+ failed · \d of 2 workers busy/,
    );
  }));

test("runs are compared on one chart, as the reader chooses", () =>
  open({}, async (page) => {
    const chart = page.locator("#curves .chart");
    const boxes = page.getByRole("checkbox");
    assert.deepEqual(await Promise.all((await boxes.all()).map((box) => box.isChecked())), [
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    await boxes.nth(4).check();
    await boxes.nth(5).check();
    await page.locator("#chosen details").nth(2).waitFor();
    for (const seed of [0, 1]) await chart.getByText(`seed ${seed}`).last().waitFor();
    await boxes.nth(0).uncheck();
    await page.waitForFunction(() => document.querySelectorAll("#chosen details").length === 2);
  }));

test("text from runs stays text", () =>
  open({}, async (page) => {
    assert.notEqual(await page.title(), "broken");
    assert.equal(await page.locator("img").count(), 0);
  }));

test("the keyboard reaches everything, and stays where it is", () =>
  open({}, async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the runs");
    const reached = new Set();
    for (let i = 0; i < 20; ++i) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement.tagName));
    }
    for (const each of ["BUTTON", "INPUT", "A", "DIV", "SUMMARY"]) assert.ok(reached.has(each), each);
    const box = page.getByRole("checkbox").nth(4);
    await box.focus();
    await page.keyboard.press("Space");
    const before = await stepsOf(page);
    await page.waitForFunction((steps) => {
      const cell = document.querySelectorAll('tr[data-standing="running"] td')[3];
      return Number(cell?.textContent.split("/")[0]) > steps;
    }, before);
    assert.ok(await box.evaluate((element) => element === document.activeElement && element.checked));
  }));

test("a run that has ended has its report", () =>
  open({}, async (page, errors) => {
    await page.getByRole("link", { name: "report" }).first().click();
    await page.getByRole("heading", { name: "How fast it was found" }).waitFor();
    await page.locator("#curves .chart svg path").nth(5).waitFor({ state: "attached" });
    assert.deepEqual(errors, []);
  }));

test("says when the server is gone, and works with a token", async () => {
  const { child, url } = await serve("serve", "runs", "--port", "0", "--address", "0.0.0.0", "--host", "localhost");
  const { origin } = new URL(url);
  assert.match(url, /\?token=/);
  await open(
    {},
    async (page, errors) => {
      assert.equal(page.url(), `${origin}/`);
      child.kill("SIGINT");
      await page.getByRole("alert").getByText("The server does not answer").waitFor();
      await page.screenshot({ path: path.join(screenshots, "live-gone.png") });
      errors.length = 0; // the browser's own about the connection
    },
    url,
  );
});
