import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readBillFile } from './read-bill-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'keeprate-bill-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('a file', () => {
  test.each([
    ['empty', ''],
    ['without the columns', 'when,how much\n1,2\n'],
    ['that is JSON of another kind', '{"object":"list"}'],
    ['of brackets alone', '['.repeat(1_000_000)],
    ['of quotes alone', '"'.repeat(1_000_001)],
    ['that is no text', Uint8Array.of(0x64, 0x80, 0xff, 0xc0)],
  ])('%s is refused and named', (name, content) => {
    const path = file('bad', content)
    expect(() => readBillFile(path)).toThrow(expect.objectContaining({ param: 'file' }))
    expect(name).not.toBe('')
  })

  test('that is not there, or a folder, or too large, is refused and named', () => {
    const large = file('large', '')
    truncateSync(large, 65 * 1024 * 1024)
    for (const path of [join(folder, 'none'), folder, large]) {
      expect(() => readBillFile(path)).toThrow(expect.objectContaining({ param: 'file' }))
    }
  })

  test('of a spreadsheet may be UTF-8 with a mark or UTF-16', () => {
    const text = 'date,cost\r\n2026-11-30,1.5\r\n'
    const lines = [{ line: 2, day: '2026-11-30', model: '', costNano: 1_500_000_000n }]
    const wide = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))
    for (const content of [`\ufeff${text}`, wide]) {
      expect(readBillFile(file('good.csv', content))).toEqual({
        bill: { lines, problems: [] },
        isOpenai: false,
      })
    }
  })

  test('with NUL characters has lines that cannot be read, and no more', () => {
    const { bill } = readBillFile(file('nul.csv', 'date,cost\n\0,1\n2026-11-30,2\n'))
    expect(bill.lines).toHaveLength(1)
    expect(bill.problems).toHaveLength(1)
  })
})
