import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from './open-database.ts'

const folder = mkdtempSync(join(tmpdir(), 'keeprate-open-'))
afterAll(() => rmSync(folder, { recursive: true }))

const path = (name: string) => join(folder, name, 'keeprate.db')

for (const [form, url, file] of [
  ['a path', path('plain'), path('plain')],
  ['file: and a path', `file:${path('short')}`, path('short')],
  ['a file URL', pathToFileURL(path('a b')).href, path('a b')],
] as const) {
  test(`${form} opens a SQLite file`, async () => {
    const stores = await openDatabase(url)
    await stores.check()
    await stores.close()
    expect(existsSync(file)).toBe(true)
  })
}

for (const [url, reason] of [
  ['mysql://root:secret@127.0.0.1/db', 'mysql:'],
  ['', 'empty'],
  ['file:', 'empty'],
  [`file:${path('x')}?mode=ro`, 'no parameters'],
] as const) {
  test(`${JSON.stringify(url)} is refused with a reason and without a secret`, async () => {
    const error = await openDatabase(url).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain(reason)
    expect(String(error)).not.toContain('secret')
  })
}
