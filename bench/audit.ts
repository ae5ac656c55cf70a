/** What a subject left behind, counted after it has stopped: pictures on disk and ledger rows. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { identifyPicture, type PictureKind } from './pictures.ts'

/** Pictures found in a store. */
export interface StoreAudit {
  /** Files that are an answer's picture to the last byte, each number counted once. */
  readonly pictures: number
  /** Files that are an upload's picture to the last byte. */
  readonly uploads: number
  /** Files that are neither, for example torn or doubled ones. */
  readonly others: number
}

/** The sums of a ledger. Nano-dollars as a decimal string, so that they survive JSON. */
export interface LedgerAudit {
  readonly rows: number
  readonly costNano: string | null
  /** Rows by state, to see at once what an unexpected number is made of. */
  readonly states: Record<string, number>
}

/** The gateway's table of attempts: one row per call to a provider. */
const ATTEMPTS_TABLE = 'attempts'
const STATE_COLUMN = 'state'
const COST_COLUMN = 'cost_nano'

/** Compares every file below a folder with the pictures it should hold. */
export async function auditStore(folder: string, kind: PictureKind): Promise<StoreAudit> {
  const answers = new Set<number>()
  const uploads = new Set<number>()
  let others = 0
  const entries = existsSync(folder)
    ? await readdir(folder, { recursive: true, withFileTypes: true })
    : []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    const answer = identifyPicture(kind, 'answer', bytes)
    const upload = identifyPicture(kind, 'upload', bytes)
    if (answer !== undefined && !answers.has(answer)) answers.add(answer)
    else if (upload !== undefined && !uploads.has(upload)) uploads.add(upload)
    else others += 1
  }
  return { pictures: answers.size, uploads: uploads.size, others }
}

/** Sums up the gateway's ledger; null when there is no database. */
export function ledgerTotals(databasePath: string): LedgerAudit | null {
  if (!existsSync(databasePath)) return null
  const database = new DatabaseSync(databasePath)
  try {
    const statement = database.prepare(
      `SELECT ${STATE_COLUMN} AS state, COUNT(*) AS row_count, SUM(${COST_COLUMN}) AS cost
         FROM ${ATTEMPTS_TABLE} GROUP BY ${STATE_COLUMN}`,
    )
    statement.setReadBigInts(true)
    const states: Record<string, number> = {}
    let rows = 0
    let costNano = 0n
    for (const row of statement.all()) {
      states[String(row.state)] = Number(row.row_count)
      rows += Number(row.row_count)
      costNano += BigInt(row.cost === null ? 0 : String(row.cost))
    }
    return { rows, costNano: String(costNano), states }
  } finally {
    database.close()
  }
}

/** The ledger of store-fast: one line per picture, without prices. */
export async function ledgerLines(path: string): Promise<LedgerAudit> {
  const text = existsSync(path) ? await readFile(path, 'latin1') : ''
  return { rows: text.split('\n').length - 1, costNano: null, states: {} }
}
