import type { Command } from 'commander'
import { openLocal } from '../../config/library.ts'
import { isId } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { explainRequest } from '../../gateway/explain-request.ts'
import { slipsOfPurpose } from '../../gateway/name-slips.ts'
import { giveOrder, printOrder, takeOrderBack } from '../../gateway/route-orders.ts'
import type { Stores } from '../../ports/stores.ts'
import { exitCodes } from '../exit-codes.ts'
import { dollars, type Explained, offersTable, TABLE_LEGEND } from '../offers-table.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'
import { type PictureOptions, toInput, withPictureOptions } from './generate.ts'
import { addExperiments } from './route-experiment.ts'

/** Stands in for the prompt of somebody who asks about a kind of picture. */
const SAMPLE_PROMPT = 'a picture as usual'

/** `keeprate route explain|pin|unpin|ban|unban|list|experiment` */
export function addRoute(program: Command): void {
  const route = program.command('route').description('Which offers are tried, and why')
  withPictureOptions(route.command('explain'))
    .description(
      'Show what would be tried for a request now, or what was for one before; buys nothing',
    )
    .argument('[prompt]', 'what would be drawn; or the id of a request (req_…)', SAMPLE_PROMPT)
    .option('--all', 'every offer, also those that cannot be used')
    .action(action(explain))
  const orders = [
    ['pin', 'Use only this offer', true],
    ['ban', 'Never use this offer', true],
    ['unpin', 'Take a pin back', false],
    ['unban', 'Take a ban back', false],
  ] as const
  for (const [name, description, isGiven] of orders) {
    const kind = name.endsWith('pin') ? 'pin' : 'ban'
    withCommonOptions(route.command(name))
      .description(description)
      .argument('<offer>', 'provider/model, or a provider')
      .option('-p, --purpose <name>', 'for this purpose alone')
      .action(
        action((output, offer: string, options: CommonOptions & { readonly purpose?: string }) =>
          changeOrder(output, { kind, offer, isGiven }, options),
        ),
      )
  }
  withCommonOptions(route.command('list'))
    .description('Show what is pinned and banned')
    .action(action(list))
  addExperiments(route)
}

type ExplainOptions = PictureOptions & { readonly all?: boolean }

const explain = (output: Output, prompt: string, options: ExplainOptions): Promise<number> =>
  withKeeprate(options as CommonOptions, async (keeprate) => {
    const { gateway, stores } = keeprate
    await gateway.ready
    if (isId('req', prompt)) return explainMade(output, prompt, { stores, isWhole: options.all })
    const answer = await openLocal(keeprate).explain(toInput(prompt, options))
    for (const { message } of answer.warnings as { message: string }[]) {
      output.note(`note   ${message}`)
    }
    output.data(answer, [...summaryOf(answer), tableOf(answer, options.all)].join('\n'))
    return exitCodes.ok
  })

const tableOf = (explained: JsonObject, isWhole?: boolean): string =>
  [
    offersTable(explained as unknown as Explained, isWhole),
    ...(explained.decision === undefined ? [] : [TABLE_LEGEND]),
  ].join('\n')

/** What was decided for a request that was made, and whether its log gives the same again. */
async function explainMade(
  output: Output,
  id: string,
  { stores, isWhole }: { readonly stores: Stores; readonly isWhole: boolean | undefined },
): Promise<number> {
  const { record, decision } = await explainRequest({ id }, stores)
  const { plan, summary, costNano } = record
  const answered =
    summary === undefined
      ? record.state
      : `${summary.provider}/${summary.model}, ${summary.route}, cost $${dollarsFromNano(costNano)}`
  const lines = [
    `made   ${new Date(record.createdAt).toISOString()}   ${answered}`,
    ...(plan.traits === undefined ? [] : summaryOf(plan)),
    ...(plan.offers === undefined ? ['plan   none: nobody was asked'] : [tableOf(plan, isWhole)]),
    ...remadeLines(decision),
  ]
  output.data({ ...decision, explain: plan }, lines.join('\n'))
  return decision.reproduced === false ? exitCodes.failed : exitCodes.ok
}

function remadeLines({ reproduced, plan, draw, exploring, reason }: JsonObject): readonly string[] {
  if (reproduced === null) return [`again  ${reason}`]
  const drawn = `prices, shares, times and draw ${Number(draw).toFixed(4)} of its log`
  return reproduced === true
    ? [`again  ${drawn} give the same plan${exploring === true ? ', taken to learn' : ''}`]
    : [`again  ${drawn} give another plan: ${plan}`]
}

/** What the request was taken for, what the plan is expected to bring, and whether gates look. */
function summaryOf({ traits, decision, gate, strategy }: JsonObject): readonly string[] {
  const { purpose, category, floor, basis } = traits as Readonly<Record<string, JsonObject>>
  const { accepted, per_accepted, p95_s, exploring } = (decision ?? {}) as JsonObject
  const { on, reason } = (gate ?? {}) as JsonObject
  return [
    `for    ${purpose} (${basis?.purpose}), ${category} (${basis?.category}), floor ${floor}`,
    ...(decision === undefined
      ? []
      : [
          `plan   ${strategy}: ${accepted} accepted, ${dollars(String(per_accepted))} for each, ` +
            `p95 ${Number(p95_s).toFixed(1)} s${exploring === true ? '; taken to learn' : ''}`,
        ]),
    ...(gate === undefined ? [] : [`gates  ${on === true ? 'on' : 'off'}: ${reason}`]),
  ]
}

/** The command writes into the database; who serves reads it with his next turn. */
const SOON = 'gateways that run follow within four seconds'

const changeOrder = (
  output: Output,
  order: { readonly kind: 'pin' | 'ban'; readonly offer: string; readonly isGiven: boolean },
  options: CommonOptions & { readonly purpose?: string },
): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    await gateway.ready
    const { kind, offer, isGiven } = order
    const { purpose } = options
    const given = { kind, offer, ...(purpose === undefined ? {} : { purpose }) }
    const where = purpose === undefined ? 'all purposes' : purpose
    if (isGiven) {
      const made = await giveOrder(given, gateway.deps)
      for (const { message } of slipsOfPurpose(purpose, gateway.deps)) {
        output.note(`note   ${message}`)
      }
      output.data(printOrder(made), `${kind} of ${offer} for ${where}; ${SOON}`)
    } else {
      await takeOrderBack(given, gateway.deps)
      output.data(
        { ...given, deleted: true },
        `no ${kind} of ${offer} for ${where} any more; ${SOON}`,
      )
    }
    return exitCodes.ok
  })

const list = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores }) => {
    const orders = await stores.routeOrders.list()
    const rows = orders.map(({ kind, offer, purpose = 'all', at }) => [
      ...[kind, offer, purpose, new Date(at).toISOString()],
    ])
    output.data(orders.map(printOrder), table([['order', 'offer', 'purpose', 'since'], ...rows]))
    return exitCodes.ok
  })
