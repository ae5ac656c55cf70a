import { appendFile } from 'node:fs/promises'
import { type Cell, finiteFaults, flows } from './fault-ends.ts'

/** Where `npm run torture` wants the table of what was played. */
const FILE = process.env.KEEPRATE_FAULT_TABLE

/** Adds a table of cells that were as they must be to the file, if there is one. */
export async function writeFaultTable(database: string, cells: readonly Cell[]): Promise<void> {
  if (FILE !== undefined) await appendFile(FILE, tableOf(database, cells))
}

/** A row for each fault, a column for each flow; an empty place was not played. */
function tableOf(database: string, cells: readonly Cell[]): string {
  const names = [...flows.keys()]
  const ends = new Map(cells.map(({ fault, name, end }) => [`${fault} ${name}`, end]))
  const rows = finiteFaults.map(
    (fault) =>
      `| ${fault} | ${names.map((name) => ends.get(`${fault} ${name}`) ?? '').join(' | ')} |`,
  )
  return [
    `${database}: ${cells.length} cells, each classified and booked, none in the cache, none lost`,
    `| fault | ${names.join(' | ')} |`,
    `|${'---|'.repeat(names.length + 1)}`,
    ...rows,
    '',
  ].join('\n')
}
