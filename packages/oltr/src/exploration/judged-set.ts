// Features with their true labels, for judging a model.

export interface JudgedSet {
  /** v_direct, flat (n, D). */
  readonly features: Float32Array
  /** (n,) */
  readonly labels: Int32Array
}
