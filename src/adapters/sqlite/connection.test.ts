import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CompiledQuery } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { openConnection } from './connection.ts'

const folder = mkdtempSync(join(tmpdir(), 'keeprate-connection-'))
afterAll(() => rmSync(folder, { recursive: true }))

// Of a compiled query only its text and its parameters are read.
const query = (sql: string) => ({ sql, parameters: [] }) as unknown as CompiledQuery

test('the disk confirms every transaction but those for which that is waived', () => {
  const connection = openConnection({ path: join(folder, 'a.db'), busyTimeoutMs: 1_000 })
  const confirms = (isWaived?: boolean) =>
    connection.transact(
      (function* () {
        const { rows } = yield query('pragma synchronous')
        return rows
      })(),
      isWaived,
    )
  const [normal, full] = [[{ synchronous: 1n }], [{ synchronous: 2n }]]
  expect(confirms()).toEqual(full)
  expect(confirms(true)).toEqual(normal)
  expect(confirms(true)).toEqual(normal)
  expect(connection.query(query('pragma synchronous')).rows).toEqual(full)
  expect(confirms(true)).toEqual(normal)
  expect(confirms()).toEqual(full)
  connection.close()
})
