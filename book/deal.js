// Colors the .deal blocks of the book: comments, texts, anchors, answers, and the key of each line.

(function () {
  "use strict";
  const parts =
    /(^|\s)(#[^\n]*)|("(?:[^"\\]|\\.)*"|“[^”]*”)|([§@][^\n{;}]*)|\b(silent|excluded|unknown|none)\b|(^|[{;]\s*|\n\s*)([a-z][a-z0-9_]*)(?=[\s{])/g;
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const span = (name, text) => `<span class="deal-${name}">${escape(text)}</span>`;

  function color(text) {
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

  for (const code of document.querySelectorAll("code[class*='language-deal']")) {
    const text = code.textContent;
    code.className = "language-deal hljs";
    code.innerHTML = color(text);
  }
})();
