/** A column of partial aggregates: how it is made of rows, and how two of them make one. */
export interface PartialColumn {
  readonly partial: string;
  /** Over a column of partials, giving one of the same type. */
  readonly merge: (column: string) => string;
}

/** How an aggregate is kept between batches. */
export interface MergeableAggregate {
  readonly columns: readonly PartialColumn[];
  /** The aggregate's value, of merged columns. */
  readonly value: (columns: readonly string[]) => string;
  readonly engineBound?: boolean;
  /** For EXPLAIN. */
  readonly kept: string;
}

/** A call of an aggregate function, as SQL text. */
export interface AggregateCall {
  readonly name: string;
  readonly arguments: readonly string[];
  /** That of FILTER (WHERE …). */
  readonly condition: string | undefined;
  readonly distinct: boolean;
  readonly ordered: boolean;
}

type Rule = (call: AggregateCall) => MergeableAggregate | undefined;

/** Kept as their own value, and merged by a function. */
const OWN: Readonly<Record<string, (column: string) => string>> = {
  count: countMerge,
  count_star: countMerge,
  count_if: (column) => `sum(${column})`,
  countif: (column) => `sum(${column})`,
  regr_count: (column) => `coalesce(sum(${column}), 0)::UINTEGER`,
  sum: (column) => `sum(${column})`,
  sum_no_overflow: (column) => `sum(${column})`,
  fsum: (column) => `fsum(${column})`,
  kahan_sum: (column) => `fsum(${column})`,
  sumkahan: (column) => `fsum(${column})`,
  product: (column) => `product(${column})`,
  min: (column) => `min(${column})`,
  max: (column) => `max(${column})`,
  any_value: (column) => `any_value(${column})`,
  arbitrary: (column) => `any_value(${column})`,
  bool_and: (column) => `bool_and(${column})`,
  bool_or: (column) => `bool_or(${column})`,
  bit_and: (column) => `bit_and(${column})`,
  bit_or: (column) => `bit_or(${column})`,
  bit_xor: (column) => `bit_xor(${column})`,
};

/** Those that have no value to merge by, but a state of the engine's that it exports. */
const EXPORTED = [
  ...['approx_count_distinct', 'stddev', 'stddev_samp', 'stddev_pop', 'variance', 'var_samp'],
  ...['var_pop', 'sem', 'skewness', 'kurtosis', 'kurtosis_pop', 'corr', 'covar_pop', 'covar_samp'],
  ...['regr_avgx', 'regr_avgy', 'regr_slope', 'regr_r2', 'regr_intercept', 'regr_sxx', 'regr_sxy'],
  'regr_syy',
];

const EXTREME: Readonly<Record<string, 'min' | 'max'>> = {
  ...{ arg_min: 'min', argmin: 'min', min_by: 'min', arg_max: 'max', argmax: 'max', max_by: 'max' },
};

/** Macros of the engine that hold an aggregate. */
const MACROS = new Set([
  ...['geomean', 'geometric_mean', 'wavg', 'weighted_avg', 'json_group_array'],
  ...['json_group_object', 'json_group_structure'],
]);

/** Aggregates that need all their rows. */
const WHOLE = [
  ...['approx_quantile', 'approx_top_k', 'arg_max_null', 'arg_max_nulls_last', 'arg_min_null'],
  ...['arg_min_nulls_last', 'array_agg', 'bitstring_agg', 'entropy', 'first', 'first_value'],
  ...['group_concat', 'histogram', 'histogram_exact', 'last', 'last_value', 'list', 'listagg'],
  ...['mad', 'median', 'mode', 'quantile', 'quantile_cont', 'quantile_disc', 'nth_value'],
  ...['reservoir_quantile', 'string_agg', 'favg', 'avg', 'mean'],
];

const NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(OWN),
  ...EXPORTED,
  ...Object.keys(EXTREME),
  ...WHOLE,
  ...MACROS,
]);

export function isAggregate(name: string): boolean {
  return NAMES.has(name.toLowerCase());
}

/** Whether OVER can stand behind its call. */
export function takesFrame(name: string): boolean {
  return !MACROS.has(name.toLowerCase());
}

/** How an aggregate is kept; undefined when it takes all the rows to compute it. */
export function mergeable(call: AggregateCall): MergeableAggregate | undefined {
  if (call.ordered) return undefined;
  if (call.distinct) return distinctAggregate(call);
  const rule = RULES.get(`${call.name}/${call.arguments.length}`) ?? RULES.get(call.name);
  return rule?.(call);
}

function countMerge(column: string): string {
  return `coalesce(sum(${column}), 0)::BIGINT`;
}

function filterText(...conditions: readonly (string | undefined)[]): string {
  const given = conditions.filter((condition) => condition !== undefined);
  if (given.length === 0) return '';
  return ` FILTER (WHERE ${given.map((condition) => `(${condition})`).join(' AND ')})`;
}

function callText({ name, arguments: all, condition }: AggregateCall): string {
  const call = name === 'count_star' ? 'count(*)' : `${name}(${all.join(', ')})`;
  return call + filterText(condition);
}

function ownRule(merge: (column: string) => string): Rule {
  return (call) => ({
    columns: [{ partial: callText(call), merge }],
    value: ([column = '']) => column,
    kept: 'its value so far',
  });
}

const exportedRule: Rule = (call) => ({
  columns: [
    {
      partial: `${callText(call)} EXPORT_STATE`,
      merge: (column) => `list_reduce(list(${column}), lambda a, b: combine(a, b))`,
    },
  ],
  value: ([column = '']) => `finalize(${column})`,
  engineBound: true,
  kept: "the engine's own state of it",
});

const wholeRule: Rule = () => undefined;

const averageRule: Rule = ({ arguments: [value = ''], condition }) => ({
  columns: [
    { partial: `sum(${value})${filterText(condition)}`, merge: (column) => `sum(${column})` },
    { partial: `count(${value})${filterText(condition)}`, merge: countMerge },
  ],
  value: ([sum = '', count = '']) => `${sum}::DOUBLE / ${count}`,
  kept: 'sum and count',
});

/** The row with the least or greatest value: rows without either count for nothing. */
function extremeRule(extreme: 'min' | 'max'): Rule {
  return ({ arguments: [value = '', by = ''], condition }) => ({
    columns: [
      {
        partial: `arg_${extreme}({'by': ${by}, 'value': ${value}}, ${by})${filterText(condition, `${value} IS NOT NULL`)}`,
        merge: (column) => `arg_${extreme}(${column}, ${column}.by)`,
      },
    ],
    value: ([column = '']) => `${column}.value`,
    kept: `the row of the ${extreme === 'min' ? 'least' : 'greatest'} value`,
  });
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...Object.entries(OWN).map(([name, merge]) => [name, ownRule(merge)] as const),
  ...EXPORTED.map((name) => [name, exportedRule] as const),
  ...Object.entries(EXTREME).map(([name, way]) => [`${name}/2`, extremeRule(way)] as const),
  ...['avg', 'mean', 'favg'].map((name) => [name, averageRule] as const),
  // With a second argument they give lists of the n least or greatest.
  ...['min/2', 'max/2'].map((name) => [name, wholeRule] as const),
]);

/** Over the list of the distinct values; NULL is none of them. */
const DISTINCT_LISTS: Readonly<Record<string, (list: string) => string>> = {
  count: (list) => `coalesce(len(${list}), 0)::BIGINT`,
  mean: (list) => `list_aggregate(${list}, 'avg')`,
  ...Object.fromEntries(
    ['sum', 'avg', 'min', 'max', 'product', 'bool_and', 'bool_or', 'median', 'mode'].map((name) => [
      name,
      (list: string) => `list_aggregate(${list}, '${name}')`,
    ]),
  ),
};

function distinctAggregate(call: AggregateCall): MergeableAggregate | undefined {
  const value = DISTINCT_LISTS[call.name];
  const [argument] = call.arguments;
  if (value === undefined || argument === undefined || call.arguments.length > 1) return undefined;
  const distinct = (list: string): string => `list_distinct(${list})`;
  return {
    columns: [
      {
        partial: distinct(`list(DISTINCT ${argument})${filterText(call.condition)}`),
        merge: (column) =>
          distinct(`flatten(list(${column}) FILTER (WHERE ${column} IS NOT NULL))`),
      },
    ],
    value: ([list = '']) => value(list),
    kept: 'its distinct values',
  };
}
