import type { Command } from 'commander'
import { dollarsFromNano, formatDollars } from '../../core/money.ts'
import { costOfBytes } from '../../core/storage/storage-cost.ts'
import { type PictureFault, verifyPictures } from '../../gateway/verify-pictures.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** Months of what was sent that are listed. */
const MONTHS = 24
const GIGABYTE = 1e9

/** `keeprate storage` */
export function addStorage(program: Command): void {
  const storage = program.command('storage').description('Look after stored pictures')
  withCommonOptions(storage.command('verify'))
    .description('Read all stored pictures again and compare each with its hash')
    .option(
      '--repair',
      'take broken and missing ones out of the cache, and delete what nobody needs',
    )
    .action(action(verify))
  withCommonOptions(storage.command('usage'))
    .description('How much is stored and was sent, and what that costs')
    .action(action(usage))
}

interface VerifyOptions extends CommonOptions {
  readonly repair?: boolean
}

const verify = (output: Output, options: VerifyOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    const faults: PictureFault[] = []
    const repairs = options.repair === true
    const onFault = (fault: PictureFault): void => {
      faults.push(fault)
    }
    const looked = await verifyPictures({ repairs, onFault }, gateway.deps)
    output.data(
      {
        object: 'storage.verified',
        contents: looked,
        faults: faults.map(({ imageId, digest, fault, repaired }) => ({
          ...{ image: imageId, sha256: digest, fault, repaired: repaired ?? null },
        })),
      },
      [
        `${looked} contents read, ${faults.length} faults`,
        ...faults.map(
          ({ imageId, fault, repaired }) => `${imageId}  ${fault}  ${repaired ?? 'as it was'}`,
        ),
      ].join('\n'),
    )
    const isSound = faults.every(({ repaired }) => repaired !== undefined)
    return isSound ? exitCodes.ok : exitCodes.failed
  })

const usage = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores, settings }) => {
    const { prices } = settings.keeping
    const [stored, months] = await Promise.all([stores.kept.stored(), stores.kept.traffic(MONTHS)])
    const monthNano = costOfBytes(stored.bytes, prices.monthGigabyteNano)
    const sent = months.map(({ month, bytes }) => ({
      ...{ month, bytes, costNano: costOfBytes(bytes, prices.sentGigabyteNano) },
    }))
    output.data(
      {
        object: 'storage.usage',
        ...stored,
        cost_per_month: dollarsFromNano(monthNano),
        sent: sent.map(({ costNano, ...each }) => ({ ...each, cost: dollarsFromNano(costNano) })),
      },
      [
        `${stored.pictures} pictures, ${gigabytes(stored.bytes)}, ` +
          `${formatDollars(monthNano)} a month`,
        table([
          ['month', 'sent', 'cost'],
          ...sent.map(({ month, bytes, costNano }) => [
            ...[month, gigabytes(bytes), formatDollars(costNano)],
          ]),
        ]),
      ].join('\n'),
    )
    return exitCodes.ok
  })

const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(3)} GB`
