/** What came of a write of many records: told under `job_results_uuid` for as long as the job is remembered. */
export interface BulkResult {
  readonly jobUuid: string;
  /** Collection it was asked of, parents filled in: `/storage/volumes`. */
  readonly path: string;
  readonly total: number;
  readonly method: "POST" | "PATCH" | "DELETE";
  /** Keys of the records that are there because of it, or were changed by it. */
  keys: string[];
  /** Fields the records named: what the results show unless asked otherwise. */
  readonly fields: readonly string[];
  readonly errors: BulkError[];
  readonly rollbackErrors: BulkError[];
}

export interface BulkError {
  readonly message: string;
  readonly code: number;
}
