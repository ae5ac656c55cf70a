import type { Command } from 'commander'
import type { Keeprate } from '../../config/open-keeprate.ts'
import type { Budget } from '../../core/budgets/budget.ts'
import { fromBudgetBody } from '../../core/budgets/wire.ts'
import { findBudget, removeBudget, setBudget, showBudgets } from '../../gateway/budget-admin.ts'
import { slipsOfScope } from '../../gateway/name-slips.ts'
import { bookInUse } from '../../gateway/usage-report.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { readLimit } from '../read-limit.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'
import { readBook } from './usage.ts'

interface BookOptions extends CommonOptions {
  readonly book?: string
}

interface SetOptions extends BookOptions {
  readonly soft?: string
  readonly tz?: string
}

/** `keeprate budget list|show|set|remove` */
export function addBudget(program: Command): void {
  const budget = program.command('budget').description('Limits of money')
  withBook(budget.command('list'))
    .description('List budgets with what they have spent, put aside and left')
    .action(action(list))
  withBook(budget.command('show'))
    .description('Show one budget')
    .argument('<id>', 'id of the budget (bud_…)')
    .action(action(show))
  withBook(budget.command('set'))
    .description('Make a budget, or give the one of this scope and period another limit')
    .argument('<scope>', 'total, tenant:…, key:…, team:…, tag:name=value, provider:…, purpose:…')
    .argument('<limit>', 'dollars and a period: 100/day, 10/hour, 2000/month, 500/total')
    .option('--soft <dollars>', 'an amount whose reaching is told and stops nothing')
    .option('--tz <zone>', 'time zone by whose clock it turns, by its IANA name', 'UTC')
    .action(action(set))
  withCommonOptions(budget.command('remove'))
    .description('Remove a budget; it limits nothing any more')
    .argument('<id>', 'id of the budget (bud_…)')
    .action(action(remove))
}

const withBook = (command: Command): Command =>
  withCommonOptions(command).option('--book <book>', 'real or simulated (default: what is spent)')

/** The deps that the budgets' administration takes, and the book that is looked at. */
const tools = ({ gateway, providers }: Keeprate, book?: string) => ({
  deps: gateway.deps,
  book: readBook(book) ?? bookInUse(providers),
})

type Shown = Awaited<ReturnType<typeof showBudgets>>[number]

const row = (budget: Shown): readonly string[] => [
  budget.id,
  budget.name,
  budget.limit ?? '-',
  budget.soft_limit ?? '-',
  budget.spent,
  budget.held,
  budget.remaining ?? '-',
  budget.window.to ?? '-',
]

const HEAD = ['id', 'budget', 'limit', 'soft', 'spent', 'held', 'left', 'begins anew']

async function print(
  budgets: readonly Budget[],
  output: Output,
  { deps, book }: ReturnType<typeof tools>,
  isOne = true,
): Promise<number> {
  const shown = await showBudgets(budgets, book, deps)
  output.data(isOne ? shown[0] : shown, table([HEAD, ...shown.map(row)]))
  return exitCodes.ok
}

const list = (output: Output, options: BookOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) =>
    print(await keeprate.stores.budgets.list(), output, tools(keeprate, options.book), false),
  )

const show = (output: Output, id: string, options: BookOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) =>
    print([await findBudget(id, keeprate)], output, tools(keeprate, options.book)),
  )

const set = (output: Output, scope: string, limit: string, options: SetOptions) =>
  withKeeprate(options, async (keeprate) => {
    const { gateway } = keeprate
    await gateway.ready
    const made = await setBudget(readWanted(scope, limit, options), gateway.deps)
    for (const { message } of await slipsOfScope(scope, gateway.deps)) {
      output.note(`note   ${message}`)
    }
    return print([made], output, tools(keeprate, options.book))
  })

const remove = (output: Output, id: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    await removeBudget(id, gateway.deps)
    output.data({ id, deleted: true }, `removed ${id}`)
    return exitCodes.ok
  })

function readWanted(scope: string, limit: string, { soft, tz }: SetOptions) {
  return fromBudgetBody({ scope, ...readLimit(limit, 'limit'), soft_limit: soft, time_zone: tz })
}
