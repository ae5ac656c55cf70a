import type { Command } from 'commander'
import { abilitiesOf } from '../../core/catalog/emulation.ts'
import { offerName } from '../../core/catalog/model.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** `keeprate models` */
export function addModels(program: Command): void {
  withCommonOptions(program.command('models'))
    .description('List the models that can be called now')
    .action(action(models))
}

const models = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) => {
    const found = keeprate.gateway.models().map((model) => ({
      offer: offerName(model),
      tier: model.tier,
      operations: abilitiesOf(model),
      emulates: model.emulates,
      deprecated_at: model.lifecycle.deprecatedAt,
      shutdown_at: model.lifecycle.shutdownAt,
      simulated: keeprate.emulated.includes(model.provider),
    }))
    const rows = found.map((model) => [
      model.offer,
      model.tier,
      model.operations.join(' '),
      model.shutdown_at === undefined ? '' : `until ${model.shutdown_at}`,
      model.simulated ? 'sandbox' : '',
    ])
    output.data(found, table([['model', 'tier', 'operations', 'life', ''], ...rows]))
    return exitCodes.ok
  })
