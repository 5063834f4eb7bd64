/** A name that more than one entry offers on purpose. It must be one and the same value everywhere, unless said otherwise. */
export interface SharedExports {
  readonly names: RegExp;
  /** All entries that may offer them. */
  readonly entries: RegExp;
  readonly why: string;
  /** Each entry may mean its own thing by the name. */
  readonly mayDiffer?: boolean;
}

export const sharedExports: readonly SharedExports[] = [
  {
    names: /./,
    entries: /^heard\/contracts\/./,
    why: 'An app imports one contract: each names its own backend’s rules as that backend’s people would.',
    mayDiffer: true,
  },
];
