/** Stands where a value will go. Plain data, so that it can be sent to another thread. */
export interface Slot {
  /** Counted from the first row of the query. */
  readonly row: number
  readonly column: string
}

/** A query as text, with values and slots as its parameters. */
export interface Printed {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** No column holds an object, so an object is a slot. */
const isSlot = (parameter: unknown): parameter is Slot =>
  typeof parameter === 'object' && parameter !== null

/** The query with the columns of its rows, from `first` on, in its slots. */
export const fill = (
  { sql, parameters }: Printed,
  rows: readonly unknown[],
  first: number,
): Printed => ({
  sql,
  parameters: parameters.map((parameter) =>
    isSlot(parameter)
      ? (rows[first + parameter.row] as Record<string, unknown>)[parameter.column]
      : parameter,
  ),
})
