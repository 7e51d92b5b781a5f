// Builds build/static from assets/: app.css (Tailwind + daisyUI), app.js (our own lines, with htmx and Alpine's CSP build while pages use them) and
// sprite.svg (the lucide icons named in icons.txt + our own shapes). Nothing built or third-party is committed.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const read = (...parts) => readFileSync(at(...parts), "utf8");

mkdirSync(at("build/static"), { recursive: true });
stylesheet();
await script();
sprite();
notices();
if (existsSync(at("assets/static"))) cpSync(at("assets/static"), at("build/static"), { recursive: true });

function stylesheet() {
  const args = ["-i", at("assets/app.css"), "-o", at("build/static/app.css"), "--minify"];
  const done = spawnSync(process.execPath, [at("node_modules/@tailwindcss/cli/dist/index.mjs"), ...args], { cwd: root, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`Tailwind: ${done.stderr || done.error}`);
}

// One file, one request. A library goes in only while a template uses it: the first load of a phone page is counted.
// Libraries come first, so that app.js finds them on window; Alpine starts last, once app.js has registered its components.
async function script() {
  const pages = readdirSync(at("tongxin"), { recursive: true }).filter((path) => path.endsWith(".html"));
  const written = pages.map((path) => read("tongxin", path)).join("\n");
  const [htmx, alpine] = [/\shx-[a-z]/.test(written), /\sx-data\b/.test(written)];
  const libraries = [
    htmx && `import htmx from "htmx.org"; window.htmx = htmx;`,
    alpine && `import Alpine from "@alpinejs/csp"; window.Alpine = Alpine;`,
  ].filter(Boolean).join("\n");
  const lines = [`import "libraries";`, `import "./app.js";`, alpine && `window.Alpine.start();`].filter(Boolean);
  const ours = {
    name: "libraries",
    setup(bundle) {
      bundle.onResolve({ filter: /^libraries$/ }, () => ({ path: "libraries", namespace: "ours" }));
      bundle.onLoad({ filter: /.*/, namespace: "ours" }, () => ({ resolveDir: root, contents: libraries }));
    },
  };
  await build({
    stdin: { contents: lines.join("\n"), resolveDir: at("assets"), sourcefile: "entry.js" },
    outfile: at("build/static/app.js"),
    bundle: true, minify: true, format: "iife", target: "es2020", legalComments: "none", logLevel: "warning",
    plugins: [ours],
  });
}

// <use href="…/sprite.svg#NAME">. icons.txt: one lucide name a line, # begins a comment.
// shapes.svg: our own drawings, each a <symbol id viewBox>, taken over as they are.
function sprite() {
  const names = read("assets/icons.txt").split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
  const missing = names.filter((name) => !existsSync(at("node_modules/lucide-static/icons", `${name}.svg`)));
  if (missing.length) throw new Error(`assets/icons.txt: lucide has no icon named ${missing.join(", ")}`);
  const symbols = [...new Set(names)].sort().map((name) => {
    const inner = read("node_modules/lucide-static/icons", `${name}.svg`).match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
    const stroke = `fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"`;
    return `<symbol id="${name}" viewBox="0 0 24 24" ${stroke}>${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  const shapes = existsSync(at("assets/shapes.svg")) ? read("assets/shapes.svg").match(/<symbol[\s\S]*?<\/symbol>/g) || [] : [];
  writeFileSync(at("build/static/sprite.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${[...symbols, ...shapes].join("\n")}\n</svg>\n`);
}

// What the built files contain of others, with their licences.
function notices() {
  const parts = ["htmx.org", "@alpinejs/csp", "tailwindcss", "daisyui", "lucide-static"].map((name) => {
    const { version, license } = JSON.parse(read("node_modules", name, "package.json"));
    const file = ["LICENSE", "LICENSE.md", "license"].map((f) => at("node_modules", name, f)).find(existsSync);
    return `${name} ${version} (${license})\n\n${file ? readFileSync(file, "utf8").trim() : ""}\n`;
  });
  writeFileSync(at("build/static/third-party.txt"), parts.join("\n" + "-".repeat(72) + "\n\n"));
}
