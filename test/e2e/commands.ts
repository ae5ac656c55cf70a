import { rm } from 'node:fs/promises'
import { expect } from 'vitest'
import { type Ended, makeHome, runProgram } from './stand.ts'

type Words = readonly string[]

/** Commands that run in one home, where every provider is emulated. */
export interface Commands {
  readonly home: string
  run(...words: Words): Promise<Ended>
  /** Runs with more in its environment. */
  runWith(environment: Readonly<Record<string, string>>, ...words: Words): Promise<Ended>
  /** The JSON that a command prints; anything beside it, or another exit code, is an error. */
  json<Value>(code: number, ...words: Words): Promise<Value>
  /** The text that a command prints. */
  text(code: number, ...words: Words): Promise<string>
  clear(): Promise<void>
}

/** Commands in a new home. */
export async function makeCommands(): Promise<Commands> {
  const home = await makeHome()
  const runWith: Commands['runWith'] = (environment, ...words) =>
    runProgram(words, { KEEPRATE_HOME: home, KEEPRATE_SANDBOX_SPEED: '2000', ...environment })
  const output = async (code: number, words: Words): Promise<string> => {
    const ended = await runWith({}, ...words)
    expect(ended.code, ended.errors).toBe(code)
    return ended.output
  }
  return {
    home,
    run: (...words) => runWith({}, ...words),
    runWith,
    json: async <Value>(code: number, ...words: Words) =>
      JSON.parse(await output(code, [...words, '--json'])) as Value,
    text: (code, ...words) => output(code, words),
    clear: () => rm(home, { recursive: true, force: true }),
  }
}
