/** Text of a table cell: one line, with nothing that ends the cell or, outside of code, is HTML. */
const cellText = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\|/g, '\\|')
    .replace(/`[^`]*`|</g, (found) => (found === '<' ? '&lt;' : found))

/** Code in a line. The texts are names and numbers, never with a backtick inside. */
export const code = (text: string): string => `\`${text}\``

/** Several pieces of code, separated by commas. */
export const codes = (texts: readonly string[]): string => texts.map(code).join(', ')

/** A table; the first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows
  const line = (cells: readonly string[]): string => `| ${cells.map(cellText).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
}

/** A block of code. */
export const codeBlock = (language: string, text: string): string =>
  `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``

/** A whole document: its title, where it comes from, and its parts with an empty line between. */
export const markdownDocument = (
  title: string,
  source: string,
  parts: readonly string[],
): string => {
  const origin = `<!-- Generated from ${source}. Do not edit: run \`npm run generate\`. -->`
  return `${[`# ${title}`, origin, ...parts].join('\n\n')}\n`
}
