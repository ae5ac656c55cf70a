import { readFile, stat } from 'node:fs/promises'
import type { PricePart } from '../core/pricebook/layers.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import { runInTurns } from '../core/steps.ts'
import type { Instant } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { ConfigError } from './config-error.ts'
import { type BookFile, type BookProblem, problemText, readBook } from './read-book.ts'

/** How often the files are looked at, in milliseconds. Polled: file events miss network disks. */
const POLL_MS = 3_000

/** What is known of one book file. */
export interface ShelvedBook {
  readonly path: string
  /** The book in force; undefined when the file was never readable. */
  readonly book?: BookFile
  readonly readAt: Instant
  /** What is wrong with the file as it is now; with an error, the book before it stays in force. */
  readonly problems: readonly BookProblem[]
}

/** What a shelf needs. */
export interface ShelfParts {
  readonly paths: readonly string[]
  readonly knownOffers: ReadonlySet<string>
  readonly clock: Clock
  readonly log: Log
  /** Resolves after others had their turn. */
  readonly pause: () => Promise<void>
}

/** The operator's book files: read at start, and again whenever one has changed. */
export interface BookShelf {
  readonly books: () => readonly ShelvedBook[]
  /** The layer of all books that are in force. */
  readonly parts: () => readonly PricePart[]
  /** Looks once at every file; true when a book is another than before. */
  look(): Promise<boolean>
  /** Looks again and again until the signal aborts, and tells when a book is another. */
  watch(onChange: (parts: readonly PricePart[]) => Promise<unknown>, signal: AbortSignal): void
}

/** One file, with what tells whether it has changed and what need not be read again. */
interface Slot {
  readonly path: string
  stamp: string
  readonly known: Map<string, PriceRow>
  state: ShelvedBook | undefined
}

/** Reads all books for the first time; {@link refuseBroken} says whether they are good. */
export async function openBookShelf(parts: ShelfParts): Promise<BookShelf> {
  const slots = parts.paths.map(
    (path): Slot => ({ path, stamp: '', known: new Map(), state: undefined }),
  )
  const look = async (): Promise<boolean> => {
    let hasChanged = false
    for (const slot of slots) hasChanged = (await lookAt(slot, parts)) || hasChanged
    return hasChanged
  }
  await look()
  const books = (): readonly ShelvedBook[] => slots.flatMap(({ state }) => state ?? [])
  const shelf: BookShelf = {
    books,
    parts: () => books().flatMap(({ book }) => (book === undefined ? [] : [partOf(book)])),
    look,
    watch: (onChange, signal) => {
      if (slots.length > 0) void watch(shelf, parts, onChange, signal)
    },
  }
  return shelf
}

const partOf = ({ name, prices }: BookFile): PricePart => ({ name, rows: prices })

/** @throws ConfigError when a file is no book: prices must not be missing without a word. */
export function refuseBroken(shelf: BookShelf): void {
  const problems = shelf
    .books()
    .filter(({ book }) => book === undefined)
    .flatMap(({ problems: each }) => each.map(problemText))
  if (problems.length > 0) throw new ConfigError(problems)
}

async function watch(
  shelf: BookShelf,
  { clock, log }: ShelfParts,
  onChange: (parts: readonly PricePart[]) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(POLL_MS, signal).catch(() => undefined)
    if (signal.aborted) return
    try {
      if (await shelf.look()) await onChange(shelf.parts())
    } catch (error) {
      log.error({ error }, 'price books could not be looked at')
    }
  }
}

/** Reads a file whose size or time is another than before. */
async function lookAt(
  slot: Slot,
  { knownOffers, clock, log, pause }: ShelfParts,
): Promise<boolean> {
  const stamp = await stampOf(slot.path)
  if (stamp === slot.stamp) return false
  slot.stamp = stamp
  const before = slot.state?.book
  const reading = await read(slot, knownOffers, pause)
  const { book = before, problems } = reading
  slot.state = {
    path: slot.path,
    ...(book === undefined ? {} : { book }),
    readAt: clock.now(),
    problems,
  }
  for (const problem of problems) {
    const level = problem.severity === 'error' ? 'error' : 'warn'
    log[level]({ problem: problemText(problem) }, 'price book')
  }
  if (reading.book === undefined) {
    if (before !== undefined) log.error({ book: before.name }, 'the earlier price book stays')
    return false
  }
  log.info({ book: reading.book.name, prices: reading.book.prices.length }, 'price book read')
  return true
}

async function read(
  { path, known }: Slot,
  knownOffers: ReadonlySet<string>,
  pause: () => Promise<void>,
) {
  try {
    const text = await readFile(path, 'utf8')
    return await runInTurns(readBook(text, path, { knownOffers, known }), pause)
  } catch (error) {
    const reason = `the file cannot be read: ${error instanceof Error ? error.message : ''}`
    const problem = { place: `${path}:1:1`, member: '', reason, severity: 'error' } as const
    return { problems: [problem] }
  }
}

/** Time and size; `absent` for a file that is gone, which is a change as well. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return 'absent'
  }
}
