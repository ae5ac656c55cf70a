import { sql } from 'kysely'
import type { Book } from '../../core/ledger/entry.ts'
import type { LedgerStore } from '../../ports/stores.ts'
import { audit } from './audit.ts'
import { toMilliseconds } from './columns.ts'
import { findDoubts } from './doubts.ts'
import { type Engine, run } from './engine.ts'
import { fromHoldRow, fromLedgerRow } from './rows.ts'
import { statement } from './statement.ts'

const NOTHING = { spentNano: 0n, heldNano: 0n }

/** Money, read: what is written comes through the journal. */
export function ledgerStore(engine: Engine): LedgerStore {
  const { kysely } = engine
  const balanceOf = statement<{ key_id: string; book: Book }, BalanceColumns>(
    { key_id: 'text', book: 'text' },
    ({ key_id, book }) =>
      kysely
        .selectFrom('balances')
        .select(['spent_nano', 'held_nano'])
        .where('key_id', '=', key_id)
        .where('book', '=', book),
  )
  return {
    async balance(keyId, book) {
      const { rows } = await engine.execute(balanceOf({ key_id: keyId, book }))
      const [row] = rows
      return row === undefined ? NOTHING : { spentNano: row.spent_nano, heldNano: row.held_nano }
    },
    async entries(requestId) {
      const { rows } = await run(
        engine,
        kysely
          .selectFrom('ledger_entries')
          .selectAll()
          .where('request_id', '=', requestId)
          .orderBy('at')
          .orderBy(sql`case kind when 'hold' then 0 when 'settle' then 1 else 2 end`)
          .orderBy('id'),
      )
      return rows.map(fromLedgerRow)
    },
    async hold(requestId) {
      const { rows } = await run(
        engine,
        kysely
          .selectFrom('holds')
          .selectAll()
          .where('request_id', '=', requestId)
          .orderBy('opened_at', 'desc')
          .orderBy('id', 'desc')
          .limit(1),
      )
      const [row] = rows
      return row === undefined ? undefined : fromHoldRow(row)
    },
    audit: () => audit(engine),
    doubts: (openedBefore) => findDoubts(engine, toMilliseconds(openedBefore)),
  }
}

interface BalanceColumns {
  readonly spent_nano: bigint
  readonly held_nano: bigint
}
