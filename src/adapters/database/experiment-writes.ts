import type { Printer } from './engine.ts'
import type { ExperimentRequestRow } from './experiment-tables.ts'
import { type Columns, rowsStatement } from './statement.ts'

const columns: Columns<ExperimentRequestRow> = {
  request_id: 'text',
  experiment_id: 'text',
  arm: 'text',
}

/** The statement that writes who takes part; a request that is planned again stays where it was. */
export const experimentWrites = ({ kysely, rowsPerStatement }: Printer) => ({
  join: rowsStatement(columns, rowsPerStatement, (rows) =>
    kysely
      .insertInto('experiment_requests')
      .values([...rows])
      .onConflict((conflict) => conflict.column('request_id').doNothing()),
  ),
})
