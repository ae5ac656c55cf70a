import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Books that ship beside the prices of the providers, by name. */
const shippedBooks: ReadonlyMap<string, URL> = new Map([
  ['articles-2026-06', new URL('./books/articles-2026-06.json', import.meta.url)],
])

/** Where a book lies: a name of a shipped one, or a path. */
export function pathOfBook(named: string, folder: string): string {
  const shipped = shippedBooks.get(named)
  return shipped === undefined ? resolve(folder, named) : fileURLToPath(shipped)
}

/** The paths of books, each of which must be there. */
export function resolveBooks(
  named: readonly string[] | undefined,
  folder: string,
  problems: string[],
): readonly string[] {
  return (named ?? []).map((name) => {
    const path = pathOfBook(name, folder)
    if (!existsSync(path)) {
      const shipped = [...shippedBooks.keys()].join(', ')
      problems.push(`prices.books: there is no file ${path}; books that ship: ${shipped}`)
    }
    return path
  })
}
