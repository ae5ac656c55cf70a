import type { Command } from 'commander'
import { readRules } from '../../core/alerts/read-rules.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import { previewAlerts, printPreview, printStoredAlert } from '../../gateway/alert-report.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

const MAX_LISTED = 1_000

interface ListOptions extends CommonOptions {
  readonly open?: boolean
  readonly limit: string
}
interface PreviewOptions extends CommonOptions {
  readonly rules?: string
}

/** `keeprate alerts list|preview` */
export function addAlerts(program: Command): void {
  const alerts = program
    .command('alerts')
    .description('What was alarming, and what would have been')
  withCommonOptions(alerts.command('list'))
    .description('List alerts, newest first')
    .option('--open', 'only those that are not over')
    .option('--limit <count>', 'how many', '20')
    .action(action(list))
  withCommonOptions(alerts.command('preview'))
    .description('What the rules would have told in the last 30 days')
    .option('--rules <list>', 'other ones: cost_per_accepted:0.012,acceptance_drop:0.2')
    .action(action(preview))
}

const list = (output: Output, options: ListOptions): Promise<number> =>
  withKeeprate(options, async ({ stores }) => {
    const limit = Number(options.limit)
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED) {
      throw invalid('limit', `--limit must be a whole number from 1 to ${MAX_LISTED}.`)
    }
    const only = options.open === true ? { isOpen: true } : {}
    const found = (await stores.alerts.list({ limit, ...only })).map(printStoredAlert)
    const rows = found.map(({ at, status, severity, kind, text }) =>
      [at, status, severity, kind, text].map(String),
    )
    output.data(found, table([['at', 'status', 'severity', 'kind', 'text'], ...rows]))
    return exitCodes.ok
  })

const preview = (output: Output, { rules: text, ...options }: PreviewOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway: { deps } }) => {
    const rules = text === undefined ? deps.alertRules : readRules('rules', text, deps.alertRules)
    const found = await previewAlerts(rules, deps)
    const rows = found.map(({ at, severity, kind, text: sentence }) => [
      new Date(at).toISOString(),
      ...[severity, kind, sentence],
    ])
    output.data(printPreview(found, rules), table([['at', 'severity', 'kind', 'text'], ...rows]))
    return exitCodes.ok
  })
