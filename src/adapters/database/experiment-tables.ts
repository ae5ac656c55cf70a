/** An experiment; `terms` is a document. */
interface ExperimentRow {
  readonly id: string
  readonly terms: string
  readonly started_at: bigint
  readonly stopped_at: bigint | null
}

/** A request that takes part. */
export interface ExperimentRequestRow {
  readonly request_id: string
  readonly experiment_id: string
  readonly arm: string
}

/** The tables of experiments. */
export interface ExperimentTables {
  readonly experiments: ExperimentRow
  readonly experiment_requests: ExperimentRequestRow
}
