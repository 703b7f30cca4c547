export { AggregationPage } from "./aggregation-page.tsx";
export { AggregationsPage } from "./aggregations-page.tsx";
