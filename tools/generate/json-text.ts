import { isObject } from './json-schema.ts'

/** Width of a line, as `biome.json` has it. */
const COLUMNS = 100

/**
 * Prints JSON as the repository's formatter wants it: members on lines of their own, and lists of
 * plain values on one line where they fit.
 */
export const jsonText = (value: unknown): string => `${print(value, '', 0)}\n`

/** @param before Characters that stand on the line already, behind the indentation. */
function print(value: unknown, indent: string, before: number): string {
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const isPlain = value.every((item) => typeof item !== 'object' || item === null)
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
    // One column more is kept for the comma behind it.
    if (isPlain && indent.length + before + line.length < COLUMNS) return line
    return block(
      '[',
      value.map((item) => print(item, inner, 0)),
      ']',
      indent,
    )
  }
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => {
    const key = `${JSON.stringify(name)}: `
    return `${key}${print(member, inner, key.length)}`
  })
  return members.length === 0 ? '{}' : block('{', members, '}', indent)
}

const block = (open: string, lines: readonly string[], close: string, indent: string): string =>
  `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`
