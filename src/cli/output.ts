import { ConfigError } from '../config/config-error.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { exitCodes } from './exit-codes.ts'

/** Control characters but line feed and tab: remote text must not steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: stripping them is the purpose
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text from providers and callers, safe to print. */
const plain = (text: string): string => text.replace(CONTROL, '')

/** Writes results to standard output and everything else to standard error. */
export interface Output {
  readonly isJson: boolean
  /** The result: JSON with `--json`, else the text. */
  data(json: unknown, text: string): void
  /** One of many results that come one by one: a line of JSON each, or the text. */
  line(json: unknown, text: string): void
  /** Progress and remarks, for people. */
  note(text: string): void
}

/** The same for JSON, where nothing may get lost: JSON itself escapes only the lower ones. */
const plainJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f]/g,
    (control) => `\\u00${control.charCodeAt(0).toString(16)}`,
  )

/** Makes an output; with `--json` standard output holds the JSON and nothing else. */
export const createOutput = (isJson: boolean): Output => ({
  isJson,
  data: (json, text) => {
    process.stdout.write(`${isJson ? plainJson(json, 2) : plain(text)}\n`)
  },
  line: (json, text) => {
    process.stdout.write(`${isJson ? plainJson(json) : plain(text)}\n`)
  },
  note: (text) => {
    process.stderr.write(`${plain(text)}\n`)
  },
})

/** Rows as columns of text, padded; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Prints an error as a person or a program wants it, and says how the process ends. */
export function reportError(error: unknown, output: Output): number {
  if (error instanceof ConfigError) {
    if (output.isJson) output.data({ error: { code: 'config', problems: error.problems } }, '')
    else for (const problem of error.problems) output.note(problem)
    return exitCodes.usage
  }
  if (GatewayError.isInstance(error)) {
    const { code, message, param, tried } = error
    if (output.isJson) output.data({ error: { code, message, param, tried } }, '')
    else output.note(`error  ${code}: ${message}\n       ${error.entry.advice}`)
    if (code === 'max_cost_exceeded' || code === 'insufficient_quota') return exitCodes.overLimit
    return error.entry.status < 429 ? exitCodes.usage : exitCodes.failed
  }
  const message = error instanceof Error ? error.message : String(error)
  if (output.isJson) output.data({ error: { code: 'failed', message } }, '')
  else output.note(`error  ${message}`)
  return exitCodes.failed
}
