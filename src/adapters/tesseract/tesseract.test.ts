import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { characterErrorRate } from '../../core/quality/lettering.ts'
import type { TextReader } from '../../ports/text-reader.ts'
import { letteredPicture } from '../../testing/lettered-picture.ts'
import { runLimited } from './run-limited.ts'
import { openTesseract } from './tesseract.ts'

const VARIABLE = 'KEEPRATE_TEST_TESSERACT'
const program = process.env[VARIABLE]
/** Half a second of a processor, which others may use as well. */
const READING_MS = 60_000

if (program === undefined) {
  test('Tesseract reads lettering', ({ skip }) => {
    if (process.env.CI === 'true') throw new Error(`${VARIABLE} must be set in CI`)
    skip(`${VARIABLE} is not set, so there is no text reader to test`)
  })
} else {
  describe('Tesseract', () => testReading(program))
}

function testReading(path: string): void {
  let reader: TextReader
  beforeAll(async () => {
    const opened = await openTesseract({ program: path, timeLimitMs: READING_MS })
    if (opened === undefined) throw new Error(`${path} is no Tesseract that knows English`)
    reader = opened
  })
  const sign = (text: string) =>
    letteredPicture({ width: 640, height: 320, text, letterSize: 48, setting: 'plain' })

  test('reads what stands there, and not what should', async () => {
    expect(reader.version).toMatch(/^tesseract \d+\.\d+\S* \(eng\)$/)
    const reading = await reader.read(await sign('Fresh bread daily'), 'sparse')
    expect(characterErrorRate('Fresh bread daily', reading)).toBe(0)
    const misspelt = await reader.read(await sign('Frehs bread daily'), 'sparse')
    expect(characterErrorRate('Fresh bread daily', misspelt)).toBeGreaterThan(0)
  })

  test('an empty picture has no text', async () => {
    const empty = sharp({ create: { width: 400, height: 300, channels: 3, background: '#fff' } })
    expect((await reader.read(await empty.png().toBuffer(), 'sparse')).trim()).toBe('')
  })

  test('what is no picture is an error in its own words', async () => {
    await expect(reader.read(Buffer.from('no picture'), 'page')).rejects.toThrow(/tesseract/)
  })

  test('more than may wait is refused at once, as busy', async () => {
    const narrow = await openTesseract({ program: path, atOnce: 1, maxWaiting: 0 })
    const png = await sign('One')
    const first = narrow?.read(png, 'page')
    await expect(narrow?.read(png, 'page')).rejects.toMatchObject({ isBusy: true })
    await first
  })

  test('a language that is not installed makes it absent', async () => {
    expect(await openTesseract({ program: path, languages: ['xyz'] })).toBeUndefined()
  })
}

test('a program that is not there makes it absent; languages are names', async () => {
  expect(await openTesseract({ program: '/nowhere/tesseract' })).toBeUndefined()
  await expect(openTesseract({ languages: ['eng; rm'] })).rejects.toThrow('no names of languages')
})

describe('a limited program', () => {
  const limits = { timeLimitMs: 10_000, memoryMb: 2_048, maxOutputBytes: 10_000 }
  const node = (script: string, more = {}) =>
    runLimited({ program: process.execPath, arguments: ['-e', script], ...limits, ...more })
  // Node reserves far more addresses than it uses; the limit is tried with a shell instead.
  const wide = { memoryMb: 1_000_000 }

  test('gets its input, and none of our environment', async () => {
    process.env.KEEPRATE_TEST_SECRET = 'secret'
    const script = 'process.stdin.pipe(process.stdout); console.log(JSON.stringify(process.env))'
    const output = await node(script, { ...wide, input: Buffer.from(' in ') })
    delete process.env.KEEPRATE_TEST_SECRET
    expect(output).toContain(' in ')
    expect(output).not.toContain('secret')
  })

  test.each([
    ['takes too long', 'setInterval(() => 0, 1000)', { timeLimitMs: 300 }, 'more than 300 ms'],
    ['writes too much', `console.log('x'.repeat(1e6))`, {}, 'more than 10000 bytes'],
    ['fails', `console.error('no ink'); process.exit(3)`, {}, 'no ink'],
  ])('that %s is ended, with the reason', async (_title, script, more, reason) => {
    await expect(node(script, { ...wide, ...more })).rejects.toThrow(reason)
  })

  test('that is not there is an error', async () => {
    const run = { program: '/nowhere/program', arguments: [], ...limits }
    await expect(runLimited(run)).rejects.toThrow()
  })

  // Other systems have no such limit of a process, so there is nothing to test.
  test.runIf(process.platform === 'linux')('has on Linux only the memory it may have', async () => {
    const told = await runLimited({
      ...{ program: '/bin/sh', arguments: ['-c', 'ulimit -v'], ...limits },
    })
    expect(told.trim()).toBe(String(limits.memoryMb * 1024))
  })
})
