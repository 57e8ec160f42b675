// docs/performance.md: parts as Markdown, around text that is kept by hand.
import { cellsOf, goalText } from './print.mjs';

const handText = /<!-- by hand: ([a-z0-9 -]+) -->\n([\s\S]*?)<!-- end by hand -->/g;

/** What stands between the marks of an earlier document, by the name in them. */
export function keptByHand(document) {
  return new Map([...document.matchAll(handText)].map(([, name, text]) => [name, text]));
}

function tableText(rows) {
  const escaped = rows.map((cells) => cells.map((cell) => String(cell).replaceAll('|', '\\|')));
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = line(escaped[0].map((_, index) => (index === 0 ? '---' : '---:')));
  return [line(escaped[0]), rule, ...escaped.slice(1).map(line)].join('\n');
}

function figuresText(table) {
  const details = table.rows
    .filter(({ calls, note }) => calls || note)
    .map(({ name, calls, note }) => `- ${name}: ${[calls, note].filter(Boolean).join('; ')}.`);
  return [`### ${table.title}`, tableText(cellsOf(table)), ...(details.length > 0 ? [details.join('\n')] : [])];
}

function goalsText(goals) {
  const rows = goals.map((goal) => {
    const { value, goal: wanted, verdict } = goalText(goal);
    return [goal.name, value, wanted, verdict === 'met' ? verdict : `**${verdict}**`];
  });
  return tableText([['', 'measured', 'goal', ''], ...rows]);
}

function machineText({ versions, ...machine }) {
  const rows = [
    ['processor', `${machine.cpus} × ${machine.processor}`],
    ['memory', `${machine.memoryGiB} GiB`],
    ['kernel', machine.kernel],
    ['file system', machine.fileSystem],
    ['Node.js', machine.node],
    ['git', machine.git ?? 'none'],
    ['compiler of the programs in C (-O2)', machine.compiler ?? 'none'],
    ...Object.entries(versions),
  ];
  return `| | |\n|---|---|\n${rows.map(([key, value]) => `| ${key} | ${value} |`).join('\n')}`;
}

function partText(part, hand) {
  const { title, command, notes, tables, goals, loadBefore, loadAfter } = part;
  const load = `Load average before ${loadBefore.toFixed(1)}, after ${loadAfter.toFixed(1)}.`;
  return [
    `## ${title[0].toUpperCase()}${title.slice(1)}`,
    `\`${command}\`. ${load}`,
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
    ...(part.part === 'scale' ? ['![Time and memory by size](performance-scale.svg)'] : []),
    ...tables.flatMap(figuresText),
    ...(goals.length > 0 ? ['### Goals', goalsText(goals)] : []),
    hand(`about ${title.replace(/[^A-Za-z0-9 ]/g, '').toLowerCase()}`),
  ];
}

function summaryText(parts) {
  const goals = parts.flatMap((part) => part.goals.map((goal) => ({ ...goal, title: part.title })));
  const missed = goals.filter(({ verdict }) => verdict !== 'met');
  const count = `${goals.length - missed.length} of ${goals.length} goals are met.`;
  if (missed.length === 0) return [count];
  const rows = missed.map((goal) => {
    const { value, goal: wanted, verdict } = goalText(goal);
    return [goal.title, goal.name, value, wanted, verdict];
  });
  return [count, tableText([['', '', 'measured', 'goal', ''], ...rows])];
}

/** `kept`: text by hand, by name; what no section asks for any more comes last, so that nothing is lost. */
export function documentText({ machine, parts }, kept) {
  const asked = new Set();
  const hand = (name) => {
    asked.add(name);
    return `<!-- by hand: ${name} -->\n${kept.get(name) ?? ''}<!-- end by hand -->`;
  };
  const rounds = Math.min(...parts.map(({ settings }) => settings.rounds));
  const sections = [
    '# Performance',
    '<!-- Written by `npm run bench -- report`. Only what stands between the marks "by hand" is kept. -->',
    `Medians of at least ${rounds} rounds, and from the least to the most in parentheses, which is the noise. Contenders are measured ` +
      'in turn, each in a fresh process, with warm caches. Ratios carry over to other machines, times do not. "× ours": how ' +
      'many times ours it takes.',
    ...summaryText(parts),
    hand('summary'),
    '## Machine',
    machineText(machine),
    ...parts.flatMap((part) => partText(part, hand)),
    '## Where the time goes',
    hand('where the time goes'),
    '## What was tried',
    hand('what was tried'),
  ];
  for (const [name, text] of kept) if (!asked.has(name) && text.trim() !== '') sections.push(hand(name));
  return `${sections.join('\n\n')}\n`;
}
