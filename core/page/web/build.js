// Bundles the pages' sources into one HTML file each: report.html, which lode report fills with data, and serve.html,
// which lode serve shows.
// usage: node build.js MODULES FOLDER     MODULES: the node_modules with the packages; FOLDER: where the files go
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [modules, folder] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(path.join(modules, "x.js"))("esbuild");

const common = { bundle: true, minify: true, write: false, nodePaths: [modules], logLevel: "warning", charset: "utf8" };
const style = await esbuild.build({ ...common, entryPoints: [path.join(here, "src/style.css")] });

async function build(name, entry, sources, marks) {
  const script = await esbuild.build({
    ...common,
    entryPoints: [path.join(here, "src", entry)],
    format: "iife",
    target: "es2020",
    legalComments: "eof",
  });
  // Inside a script element, nothing may look like its end. A function, because "$" in a text has a meaning of its own.
  const js = script.outputFiles[0].text.replaceAll("</script", "<\\/script");
  const digest = createHash("sha256").update(js).digest("base64");
  const parts = {
    "@STYLE@": style.outputFiles[0].text,
    "@SCRIPT@": js,
    "@DIGEST@": `sha256-${digest}`,
    "@SOURCES@": sources,
    ...marks,
  };
  let page = readFileSync(path.join(here, "src/page.html"), "utf8");
  for (const [mark, text] of Object.entries(parts)) page = page.replace(mark, () => text);
  writeFileSync(path.join(folder, name), page);
}

// What lode report replaces stays.
await build("report.html", "main.js", "'none'", {
  "@DATA@": '<script type="application/json" id="report">@REPORT@</script>',
});
await build("serve.html", "serve.js", "'self'", { "@DATA@": "", "@TITLE@": "Lode" });
