// Bundles the charts of the page into one script of ECMAScript 5, with which lode report draws figures without a page.
// usage: node build_figures.js MODULES OUT     MODULES: the node_modules with the packages
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [modules, out] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(modules, "x.js"));
const esbuild = require("esbuild");
const typescript = require("typescript");

const { ES5 } = typescript.ScriptTarget;
const compilerOptions = { target: ES5, module: typescript.ModuleKind.ESNext, downlevelIteration: true };

// esbuild lowers little below ECMAScript 2015. The packages are written in ECMAScript 5, the page's own modules are not.
const lower = {
  name: "lower",
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, ({ path: file }) =>
      file.startsWith(path.join(here, "src"))
        ? { contents: typescript.transpileModule(readFileSync(file, "utf8"), { compilerOptions }).outputText }
        : undefined,
    );
  },
};

await esbuild.build({
  entryPoints: [path.join(here, "src/figures.js")],
  outfile: out,
  bundle: true,
  minifyWhitespace: true, // the engine does not read all that minified syntax may be
  minifyIdentifiers: true,
  format: "iife",
  target: "es5",
  define: { "process.env.NODE_ENV": '"production"' },
  nodePaths: [modules],
  plugins: [lower],
  logLevel: "warning",
  charset: "utf8",
  legalComments: "eof",
});
