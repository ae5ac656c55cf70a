import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nanoFromDollars } from '../core/money.ts'
import type { HttpClient } from '../ports/http-client.ts'
import { writeTinyClip } from '../testing/tiny-model.ts'
import { ConfigError } from './config-error.ts'
import { openGateTools } from './open-gates.ts'
import { readTruth } from './open-sandbox.ts'
import { readConfigFile } from './read-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeprate-quality-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(text: string): string {
  const path = join(folder, 'file.yaml')
  writeFileSync(path, text)
  return path
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const unasked = () => Promise.reject(new Error('nobody asks'))
const http: HttpClient = { send: unasked, stream: unasked, close: async () => undefined }
const open = (text: string, sandboxUrl = '') =>
  openGateTools(readConfigFile(fileOf(text), { JUDGE_KEY: 'sk-1' }).values.quality ?? {}, {
    http,
    sandboxUrl: () => sandboxUrl,
  })

const key = ['$', '{JUDGE_KEY}'].join('')
const JUDGE = `url: "https://judge.example/v1", model: seer, api_key: "${key}"`

describe('tools of gates', () => {
  test('without a word there is a reader that is looked for later, and nothing that costs', () => {
    const { reader, judge, embedder } = open('')
    expect([reader?.version, judge, embedder]).toEqual(['tesseract', undefined, undefined])
    expect(open('quality: { tesseract: false }').reader).toBeUndefined()
  })

  test('a judge has its account, and costs 22,000 tokens at most', () => {
    const { judge } = open(`quality: { judge: { ${JUDGE}, price: { input: "1", output: 4 } } }`)
    const ceilingNano = nanoFromDollars('0.028')
    expect(judge).toMatchObject({ account: 'judge/seer', ceilingNano, isSimulated: false })
    const own = open(`quality: { judge: { ${JUDGE}, price: free } }`)
    expect(own.judge?.ceilingNano).toBe(0n)
  })

  test('an embedder of pictures may lie in a folder with all its files', async () => {
    const model = join(folder, 'clip')
    await writeTinyClip(model, { red: [1, -1, -1] })
    const { embedder } = open(`quality: { embedder: { folder: "${model}" } }`)
    expect(embedder).toMatchObject({ account: 'embedder/clip', takesImages: true, ceilingNano: 0n })
    const wrong = () => open(`quality: { embedder: { folder: "${folder}" } }`)
    expect(problemsOf(wrong)).toEqual([
      expect.stringMatching(/^quality.embedder: .*tokenizer.json/),
    ])
  })

  test('the sandbox has an emulated judge, and only the sandbox', () => {
    const { judge } = open('quality: { judge: sandbox }', 'http://127.0.0.1:1/referee/v1')
    expect(judge).toMatchObject({ account: 'judge/sandbox-referee', isSimulated: true })
    const problems = problemsOf(() => open('quality: { judge: sandbox }'))
    expect(problems).toEqual([expect.stringContaining('no provider is emulated')])
  })
})

test.each([
  ['no price', `quality: { judge: { ${JUDGE} } }`, /:1:19: quality\.judge: .*price/],
  ['a price of nothing', `quality: { judge: { ${JUDGE}, price: { input: 0 } } }`, /price/],
  [
    'no address',
    'quality: { judge: { url: here, model: m, price: free } }',
    /:1:26: quality\.judge\.url/,
  ],
  ['another word', 'quality: { judge: maybe }', /write sandbox, or url/],
  ['another tool', 'quality: { reader: true }', /:1:12: quality\.reader: there is no such member/],
  ['an odd language', 'quality: { tesseract: { languages: ["../x"] } }', /quality\.tesseract/],
])('%s is told with its place', (_, text, problem) => {
  expect(problemsOf(() => open(text))).toEqual([expect.stringMatching(problem)])
})

test('the hidden truth is read from a file, and a mistake in it is told with its place', () => {
  const read = readTruth(fileOf('rows:\n  - { offer: bfl, good: 0.5, defect: blurred }\n'))
  expect(read).toMatchObject({ rows: [{ offer: 'bfl', good: 0.5 }], judge: { pass_good: 0.9 } })
  const problems = problemsOf(() => readTruth(fileOf('rows:\n  - { good: 2 }\n')))
  expect(problems).toEqual([expect.stringMatching(/:2:\d+: rows\.0\.good/)])
  expect(problemsOf(() => readTruth(join(folder, 'none.yaml')))).toHaveLength(1)
})
