import type { Command } from 'commander'
import { formatDollars, type Nano } from '../../core/money.ts'
import { monthCost, printStorageReport, reportStorage } from '../../gateway/storage-report.ts'
import { type PictureFault, verifyPictures } from '../../gateway/verify-pictures.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

const GIGABYTE = 1e9

/** `keeprate storage` */
export function addStorage(program: Command): void {
  const storage = program.command('storage').description('Look after stored pictures')
  withCommonOptions(storage.command('verify'))
    .description('Read all stored pictures again and compare each with its hash')
    .option('--repair', 'mark broken and missing ones as lost, and delete what nobody needs')
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
    const { contents, lost } = await verifyPictures({ repairs, onFault }, gateway.deps)
    output.data(
      {
        object: 'storage.verified',
        contents,
        known_lost: lost,
        faults: faults.map(({ imageId, digest, fault, repaired }) => ({
          ...{ image: imageId, sha256: digest, fault, repaired: repaired ?? null },
        })),
      },
      [
        `${contents} contents read, ${faults.length} faults, ${lost} known as lost`,
        ...faults.map(
          ({ imageId, fault, repaired }) => `${imageId}  ${fault}  ${repaired ?? 'as it was'}`,
        ),
      ].join('\n'),
    )
    const isSound = faults.every(({ repaired }) => repaired !== undefined)
    return isSound ? exitCodes.ok : exitCodes.failed
  })

const usage = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ settings, gateway }) => {
    const report = await reportStorage(settings.keeping.prices, gateway.deps)
    const { now, monthNano, months } = report
    output.data(
      printStorageReport(report),
      [
        `${now.pictures} pictures, ${gigabytes(now.bytes)}, ${dollars(monthNano)} a month`,
        table([
          ['month', 'kept', 'cost', 'sent', 'cost', 'together'],
          ...months.map((each) => [
            ...[each.month, gigabytes(Number(each.byteMonths)), dollars(each.keptNano)],
            ...[gigabytes(each.sentBytes), dollars(each.sentNano), dollars(monthCost(each))],
          ]),
        ]),
      ].join('\n'),
    )
    return exitCodes.ok
  })

/** A price that nobody said makes no cost of zero. */
const dollars = (nano: Nano | undefined): string => (nano === undefined ? '-' : formatDollars(nano))

const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(3)} GB`
