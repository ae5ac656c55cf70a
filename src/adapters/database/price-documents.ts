import type { BillTally } from '../../core/pricebook/feed/bill-tally.ts'
import type { RecordedChange } from '../../core/pricebook/feed/recorded-change.ts'

/*
 * Documents of this program's own, so their shape is trusted. JSON has no whole numbers as large as
 * money: they are text in it.
 */

const NANO_MEMBERS = ['monthlyNano', 'billedNano', 'expectedNano', 'leastNano', 'mostNano'] as const

const print = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? member.toString() : member,
  )

const read = <Value>(text: string): Value =>
  JSON.parse(text, (key, member: unknown) =>
    NANO_MEMBERS.some((name) => name === key) && typeof member === 'string'
      ? BigInt(member)
      : member,
  ) as Value

/** A change as it is stored. */
export const fromChange = (change: RecordedChange): string => print(change)

/** Reads what {@link fromChange} printed. */
export const toChange = (document: string): RecordedChange => read(document)

/** A tally as it is stored. */
export const fromBills = (tally: BillTally): string => print(tally)

/** Reads what {@link fromBills} printed. */
export const toBills = (document: string): BillTally => read(document)
