// Line plots on logarithmic axes, as SVG: no dependency, and its own background, so that it can be read on light and dark pages.

const panelWidth = 470;
const panelHeight = 390;
const margin = { left: 64, right: 36, top: 90, bottom: 48 };
const inner = { width: panelWidth - margin.left - margin.right, height: panelHeight - margin.top - margin.bottom };

// Colours of Okabe and Ito, which the colour-blind can tell apart.
const style = `
    .ground { fill: #ffffff } text { fill: #1f2328; font: 12px sans-serif } .title { font-weight: bold; font-size: 13px }
    .grid { stroke: #d8dee4 } .frame { stroke: #6e7781; fill: none } .linear { stroke: #6e7781; stroke-dasharray: 5 4 }
    .line { fill: none; stroke-width: 2 } .note { fill: #59636e; font-size: 11px }
    .stroke0 { stroke: #0072b2 } .stroke1 { stroke: #d55e00 } .stroke2 { stroke: #009e73 } .stroke3 { stroke: #a4508b }
    .fill0 { fill: #0072b2 } .fill1 { fill: #d55e00 } .fill2 { fill: #009e73 } .fill3 { fill: #a4508b }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117 } text { fill: #e6edf3 } .note { fill: #9198a1 } .grid { stroke: #2a313c }
      .frame, .linear { stroke: #8b949e }
      .stroke0 { stroke: #56b4e9 } .stroke1 { stroke: #e69f00 } .stroke2 { stroke: #2bc4a0 } .stroke3 { stroke: #e08bc0 }
      .fill0 { fill: #56b4e9 } .fill1 { fill: #e69f00 } .fill2 { fill: #2bc4a0 } .fill3 { fill: #e08bc0 }
    }
  `;

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escapeText = (text) => text.replace(/[&<>]/g, (character) => escapes[character]);
const place = (value) => value.toFixed(1);

function textAt(x, y, content, { anchor = 'start', kind = '', turn = '' } = {}) {
  const attributes = `x="${place(x)}" y="${place(y)}" text-anchor="${anchor}"${kind ? ` class="${kind}"` : ''}${turn}`;
  return `<text ${attributes}>${escapeText(content)}</text>`;
}

function lineAt(x1, y1, x2, y2, kind) {
  return `<line x1="${place(x1)}" y1="${place(y1)}" x2="${place(x2)}" y2="${place(y2)}" class="${kind}"/>`;
}

function decadesAround(values) {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(Math.ceil(Math.log10(Math.max(...values))), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

const decadeText = (value) =>
  value >= 1 ? value.toLocaleString('en') : value.toFixed(Math.max(0, -Math.round(Math.log10(value))));

/** Where the straight line of linear growth through a point lies within the panel. */
function linearLine([x, y], xRange, yRange, toX, toY) {
  const factor = y / x;
  const from = Math.max(xRange[0], yRange[0] / factor);
  const to = Math.min(xRange[1], yRange[1] / factor);
  return from < to ? lineAt(toX(from), toY(from * factor), toX(to), toY(to * factor), 'linear') : '';
}

/** Above the panel, where no line can cross it, in two columns. */
function legendEntry(left, top, index, name, kind) {
  const x = left + (index % 2) * inner.width * 0.55;
  const y = top + 42 + Math.floor(index / 2) * 17;
  return [lineAt(x, y - 4, x + 18, y - 4, kind), textAt(x + 24, y, name)];
}

/** `panel`: { title, xTitle, yTitle, xTicks: [{ value, label }], series: [{ name, points: [[x, y]] }] }. */
function panelText({ title, xTitle, yTitle, xTicks, series }, left, top) {
  const yTicks = decadesAround(series.flatMap(({ points }) => points.map(([, y]) => y)));
  const xRange = [xTicks[0].value, xTicks.at(-1).value];
  const yRange = [yTicks[0], yTicks.at(-1)];
  const part = (value, [from, to]) => Math.log(value / from) / Math.log(to / from);
  const x0 = left + margin.left;
  const y0 = top + margin.top + inner.height;
  const toX = (value) => x0 + part(value, xRange) * inner.width;
  const toY = (value) => y0 - part(value, yRange) * inner.height;
  const lines = [textAt(x0, top + 22, title, { kind: 'title' })];
  for (const { value, label } of xTicks) {
    lines.push(lineAt(toX(value), y0, toX(value), y0 - inner.height, 'grid'));
    lines.push(textAt(toX(value), y0 + 17, label, { anchor: 'middle' }));
  }
  for (const value of yTicks) {
    lines.push(lineAt(x0, toY(value), x0 + inner.width, toY(value), 'grid'));
    lines.push(textAt(x0 - 7, toY(value) + 4, decadeText(value), { anchor: 'end' }));
  }
  lines.push(
    `<rect x="${x0}" y="${y0 - inner.height}" width="${inner.width}" height="${inner.height}" class="frame"/>`,
  );
  lines.push(textAt(x0 + inner.width / 2, y0 + 36, xTitle, { anchor: 'middle', kind: 'note' }));
  const middle = y0 - inner.height / 2;
  const turn = ` transform="rotate(-90 ${left + 14} ${middle})"`;
  lines.push(textAt(left + 14, middle, yTitle, { anchor: 'middle', kind: 'note', turn }));

  const ends = series.map(({ points }) => points.at(-1));
  lines.push(
    linearLine(
      ends.reduce((a, b) => (b[1] > a[1] ? b : a)),
      xRange,
      yRange,
      toX,
      toY,
    ),
  );
  for (const [index, { name, points }] of series.entries()) {
    const path = points.map(([x, y]) => `${place(toX(x))},${place(toY(y))}`);
    lines.push(`<polyline points="${path.join(' ')}" class="line stroke${index}"/>`);
    for (const each of path) {
      const [x, y] = each.split(',');
      lines.push(`<circle cx="${x}" cy="${y}" r="3" class="fill${index}"/>`);
    }
    lines.push(...legendEntry(x0, top, index, name, `line stroke${index}`));
  }
  lines.push(...legendEntry(x0, top, series.length, 'linear growth', 'linear'));
  return lines.filter((line) => line !== '').join('\n  ');
}

/** Panels in rows of two. */
export function plot(title, panels) {
  const width = 2 * panelWidth;
  const height = Math.ceil(panels.length / 2) * panelHeight;
  const body = panels.map((panel, index) =>
    panelText(panel, (index % 2) * panelWidth, Math.floor(index / 2) * panelHeight),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escapeText(title)}</title>
  <style>${style}</style>
  <rect width="${width}" height="${height}" class="ground"/>
  ${body.join('\n  ')}
</svg>
`;
}
