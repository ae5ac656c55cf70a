import type { Command } from 'commander'
import { pathOfBook } from '../../config/price-books.ts'
import { readBookFile } from '../../config/price-view.ts'
import { problemText } from '../../config/read-book.ts'
import { providers } from '../../providers/registry.generated.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { action, type CommonOptions, loadForCommand, withCommonOptions } from '../settings.ts'

/** `keeprate price validate` */
export function addPriceValidate(price: Command): void {
  withCommonOptions(price.command('validate'))
    .description('Check price books; problems name line and column')
    .argument('[books...]', 'files or names of shipped books (default: those of the settings)')
    .action(action(validate))
}

async function validate(
  output: Output,
  named: readonly string[],
  options: CommonOptions,
): Promise<number> {
  const paths =
    named.length > 0
      ? named.map((name) => pathOfBook(name, process.cwd()))
      : loadForCommand(options).settings.priceBooks
  const files = paths.map((path) => {
    const { book, problems } = readBookFile(path, providers)
    return {
      file: path,
      ok: book !== undefined,
      book: book?.name,
      prices: book?.prices.length ?? 0,
      models: book?.models.length ?? 0,
      problems: problems.map((problem) => ({ ...problem })),
    }
  })
  const lines = files.flatMap(({ file, ok, book, prices, models, problems }) => [
    ...problems.map(problemText),
    ok ? `ok  ${file}  ${book}: ${prices} prices, ${models} models` : `bad ${file}`,
  ])
  output.data({ files }, lines.length === 0 ? 'no price books are configured' : lines.join('\n'))
  return files.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed
}
