/** Wraps report text into one self-contained HTML page: no scripts, nothing fetched, prints well. */
export function htmlPage(title: string, markdown: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left; vertical-align: top; }
thead:not(:has(th:not(:empty))) { display: none; }
pre { background: #f5f5f5; padding: .6rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
code { background: #f5f5f5; overflow-wrap: anywhere; }
h3 { margin-top: 2rem; border-bottom: 1px solid #ddd; }
</style>
</head>
<body>
${blocks(markdown.split('\n'))}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** Code and bold; everything else is text. */
function inline(text: string): string {
  return escapeHtml(text)
    .split(/(`[^`]+`)/)
    .map((part) =>
      /^`[^`]+`$/.test(part)
        ? `<code>${part.slice(1, -1)}</code>`
        : part.replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>'),
    )
    .join('');
}

/** The subset of Markdown that reports are written in: headings, tables, lists of two levels, fences, paragraphs. */
function blocks(lines: readonly string[]): string {
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,3}) (.*)$/.exec(line);
    const fence = /^(`{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      const end = lines.indexOf(fence, at + 1);
      out.push(`<pre>${escapeHtml(lines.slice(at + 1, end).join('\n'))}</pre>`);
      at = end + 1;
    } else if (heading !== null) {
      const level = heading[1]?.length ?? 1;
      out.push(`<h${level}>${inline(heading[2] ?? '')}</h${level}>`);
      at += 1;
    } else if (line.startsWith('|')) {
      const rows = until(lines, at, (candidate) => candidate.startsWith('|'));
      out.push(table(rows));
      at += rows.length;
    } else if (/^\s*- /.test(line)) {
      const items = until(lines, at, (candidate) => /^\s*- /.test(candidate));
      out.push(list(items));
      at += items.length;
    } else {
      if (line.trim() !== '') out.push(`<p>${inline(line)}</p>`);
      at += 1;
    }
  }
  return out.join('\n');
}

function until(lines: readonly string[], from: number, belongs: (line: string) => boolean): readonly string[] {
  const end = lines.findIndex((line, index) => index >= from && !belongs(line));
  return lines.slice(from, end < 0 ? undefined : end);
}

function table(rows: readonly string[]): string {
  const cells = (row: string) =>
    row
      .replace(/^\| ?|\s*\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => inline(cell.trim().replace(/\\\|/g, '|')));
  const [head, , ...body] = rows;
  const line = (row: string, tag: string) =>
    `<tr>${cells(row)
      .map((cell) => `<${tag}>${cell}</${tag}>`)
      .join('')}</tr>`;
  return `<table><thead>${line(head ?? '', 'th')}</thead><tbody>${body.map((row) => line(row, 'td')).join('')}</tbody></table>`;
}

function list(items: readonly string[]): string {
  const out: string[] = [];
  let deep = false;
  for (const item of items) {
    const nested = item.startsWith(' ');
    if (nested !== deep) out.push(nested ? '<ul>' : '</ul>');
    deep = nested;
    out.push(`<li>${inline(item.trim().slice(2))}</li>`);
  }
  if (deep) out.push('</ul>');
  return `<ul>${out.join('')}</ul>`;
}
