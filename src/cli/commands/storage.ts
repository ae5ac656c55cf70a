import type { Command } from 'commander'
import { dollarsFromNano, formatDollars, type Nano } from '../../core/money.ts'
import {
  byteMonths,
  costOfBytes,
  keepingCost,
  type StoragePrices,
  type StoredDay,
  storedMonths,
} from '../../core/storage/storage-cost.ts'
import { dayOf } from '../../core/time.ts'
import { type PictureFault, verifyPictures } from '../../gateway/verify-pictures.ts'
import type { MonthTraffic } from '../../ports/kept-pictures.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** Months that are listed, and most days of one. */
const MONTHS = 24
const DAYS = 31
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

/** What one month came to. */
interface MonthUsage {
  readonly month: string
  readonly byteMonths: bigint
  readonly keptNano: Nano
  readonly sentBytes: number
  readonly sentNano: Nano
}

const usage = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores, settings, gateway }) => {
    const { prices } = settings.keeping
    const [now, days, traffic] = await Promise.all([
      stores.kept.stored(),
      stores.kept.storedDays(MONTHS * DAYS),
      stores.kept.traffic(MONTHS),
    ])
    const months = monthsOf({ days, traffic }, dayOf(gateway.deps.clock.now()), prices)
    const monthNano = costOfBytes(now.bytes, prices.monthGigabyteNano)
    output.data(
      {
        object: 'storage.usage',
        ...now,
        cost_per_month: dollarsFromNano(monthNano),
        months: months.map(({ month, byteMonths, keptNano, sentBytes, sentNano }) => ({
          month,
          byte_months: String(byteMonths),
          kept_cost: dollarsFromNano(keptNano),
          sent_bytes: sentBytes,
          sent_cost: dollarsFromNano(sentNano),
          cost: dollarsFromNano(keptNano + sentNano),
        })),
      },
      [
        `${now.pictures} pictures, ${gigabytes(now.bytes)}, ${formatDollars(monthNano)} a month`,
        table([
          ['month', 'kept', 'cost', 'sent', 'cost', 'together'],
          ...months.map(({ month, byteMonths, keptNano, sentBytes, sentNano }) => [
            ...[month, gigabytes(Number(byteMonths)), formatDollars(keptNano)],
            ...[gigabytes(sentBytes), formatDollars(sentNano)],
            formatDollars(keptNano + sentNano),
          ]),
        ]),
      ].join('\n'),
    )
    return exitCodes.ok
  })

/** Newest first; the current one as far as it has come. */
function monthsOf(
  counted: { readonly days: readonly StoredDay[]; readonly traffic: readonly MonthTraffic[] },
  today: string,
  { monthGigabyteNano, sentGigabyteNano }: StoragePrices,
): readonly MonthUsage[] {
  const kept = new Map(storedMonths(counted.days, today).map((each) => [each.month, each]))
  const sent = new Map(counted.traffic.map(({ month, bytes }) => [month, bytes]))
  const names = [...new Set([...kept.keys(), ...sent.keys()])].toSorted().toReversed()
  return names.slice(0, MONTHS).map((month) => {
    const stored = kept.get(month) ?? { month, byteDays: 0n }
    const sentBytes = sent.get(month) ?? 0
    return {
      ...{ month, byteMonths: byteMonths(stored), sentBytes },
      keptNano: keepingCost(stored, monthGigabyteNano),
      sentNano: costOfBytes(sentBytes, sentGigabyteNano),
    }
  })
}

const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(3)} GB`
