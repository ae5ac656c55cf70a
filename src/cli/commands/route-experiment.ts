import type { Command } from 'commander'
import type { JsonObject } from '../../core/json.ts'
import {
  printExperiment,
  showExperiment,
  startExperiment,
  stopExperiment,
  USUAL_SHARE,
} from '../../gateway/experiments.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

interface StartOptions extends CommonOptions {
  readonly purpose: string
  readonly category?: string
  readonly share: string
}

/** `keeprate route experiment start|list|show|stop` */
export function addExperiments(route: Command): void {
  const experiment = route
    .command('experiment')
    .description('Compare two offers on requests of one purpose')
  withCommonOptions(experiment.command('start'))
    .description('Give requests to one of two offers by chance, and count what is accepted')
    .argument('<a>', 'provider/model')
    .argument('<b>', 'provider/model')
    .requiredOption('-p, --purpose <name>', 'the purpose of the requests')
    .option('-c, --category <name>', 'for this category alone')
    .option('--share <share>', 'share of the requests, half for each', String(USUAL_SHARE))
    .action(action(start))
  withCommonOptions(experiment.command('list'))
    .description('Show all experiments')
    .action(action(list))
  withCommonOptions(experiment.command('show'))
    .description('Show how an experiment stands')
    .argument('<id>', 'exp_…')
    .action(action(show))
  withCommonOptions(experiment.command('stop'))
    .description('Stop an experiment; what was counted stays')
    .argument('<id>', 'exp_…')
    .action(action(stop))
}

const start = (output: Output, a: string, b: string, options: StartOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    await gateway.ready
    const { purpose, category, share } = options
    const given = { a, b, purpose, share: Number(share) }
    const experiment = await startExperiment(
      category === undefined ? given : { ...given, category },
      gateway.deps,
    )
    output.data(printExperiment(experiment), `${experiment.id} compares ${a} with ${b}`)
    return exitCodes.ok
  })

const list = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores }) => {
    const experiments = (await stores.experiments.list()).map(printExperiment)
    const rows = experiments.map(({ id, purpose, category, a, b, share, stopped_at }) =>
      [id, purpose, category ?? 'all', a, b, share, stopped_at ?? 'running'].map(String),
    )
    const head = ['id', 'purpose', 'category', 'a', 'b', 'share', 'stopped']
    output.data(experiments, table([head, ...rows]))
    return exitCodes.ok
  })

const show = (output: Output, id: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => tell(output, await showExperiment(id, gateway.deps)))

const stop = (output: Output, id: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    await gateway.ready
    return tell(output, await stopExperiment(id, gateway.deps))
  })

function tell(output: Output, shown: JsonObject): number {
  const { low, high } = shown.difference as JsonObject
  const rows = Object.entries(shown.arms as JsonObject).map(([name, arm]) => {
    const { offer, requests, judged, accepted, per_accepted } = arm as JsonObject
    const cost = per_accepted === null ? '-' : `$${per_accepted}`
    return [name, offer, requests, judged, accepted, cost].map(String)
  })
  const head = ['arm', 'offer', 'requests', 'judged', 'accepted', 'for each accepted']
  const end = shown.stopped_at === null ? '' : `, stopped ${shown.stopped_at}`
  const compared = `share of b less that of a ${low} to ${high}, p ${shown.p_value}`
  output.data(shown, `${shown.state}${end}: ${compared}\n${table([head, ...rows])}`)
  return exitCodes.ok
}
