// Colors the .deal blocks of the book, and the commands of a console.

(function () {
  "use strict";
  // A comment, a text, an anchor, an answer, or the key of an entry.
  const parts =
    /(^|\s)(#[^\n]*)|("(?:[^"\\]|\\.)*"|“[^”]*”)|([§@][^\n{;}#]*)|\b(silent|excluded|unknown|none)\b|(^|[{;]\s*|\n\s*)([a-z][a-z0-9_]*)(?=[\s{])/g;
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const span = (name, text) => `<span class="deal-${name}">${escape(text)}</span>`;

  function deal(text) {
    let html = "";
    let done = 0;
    for (const found of text.matchAll(parts)) {
      const [all, before, comment, quoted, anchor, answer, lead, key] = found;
      html += escape(text.slice(done, found.index));
      if (comment !== undefined) html += escape(before) + span("comment", comment);
      else if (quoted !== undefined) html += span("text", quoted);
      else if (anchor !== undefined) html += span("anchor", anchor);
      else if (answer !== undefined) html += span("answer", answer);
      else html += escape(lead) + span("key", key);
      done = found.index + all.length;
    }
    return html + escape(text.slice(done));
  }

  function console(text) {
    const line = (text) => (text.startsWith("$ ") ? span("command", text) : escape(text));
    return text.split("\n").map(line).join("\n");
  }

  function paint(language, color) {
    for (const code of document.querySelectorAll(`code[class*='language-${language}']`)) {
      const text = code.textContent;
      code.className = `language-${language} hljs`;
      code.innerHTML = color(text);
    }
  }

  paint("deal", deal);
  paint("console", console);
})();
