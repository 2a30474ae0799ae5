// Bundles the page's sources into one HTML file, which lode report fills with data.
// usage: node build.js MODULES OUT     MODULES: the node_modules with the packages
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [modules, out] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(path.join(modules, "x.js"))("esbuild");

const common = { bundle: true, minify: true, write: false, nodePaths: [modules], logLevel: "warning", charset: "utf8" };
const script = await esbuild.build({
  ...common,
  entryPoints: [path.join(here, "src/main.js")],
  format: "iife",
  target: "es2020",
  legalComments: "eof",
});
const style = await esbuild.build({ ...common, entryPoints: [path.join(here, "src/style.css")] });

// Inside a script element, nothing may look like its end. A function, because "$" in a text has a meaning of its own.
const js = script.outputFiles[0].text.replaceAll("</script", "<\\/script");
const digest = createHash("sha256").update(js).digest("base64");
const parts = { "@STYLE@": style.outputFiles[0].text, "@SCRIPT@": js, "@DIGEST@": `sha256-${digest}` };
let page = readFileSync(path.join(here, "src/page.html"), "utf8");
for (const [mark, text] of Object.entries(parts)) page = page.replace(mark, () => text);
writeFileSync(out, page);
