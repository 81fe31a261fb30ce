export interface Vendor {
  code: string;
  name: string;
  factor: number;
  /** Absent: unlimited. */
  dailyKm?: number;
}

/** Codes and names of known vendors serve as data; the last two are invented. */
export const vendors: readonly Vendor[] = [
  { code: "ZE", name: "Hertz", factor: 1.12 },
  { code: "ZI", name: "Avis", factor: 1.08 },
  { code: "ZD", name: "Budget", factor: 0.94 },
  { code: "SX", name: "Sixt", factor: 1.05, dailyKm: 300 },
  { code: "EP", name: "Europcar", factor: 1 },
  { code: "X1", name: "Amber Drive", factor: 0.8, dailyKm: 250 },
  { code: "X2", name: "Two Rivers Cars", factor: 0.86 },
];

type CarCategory = "mini" | "economy" | "compact" | "intermediate" | "standard" | "fullsize" | "suv" | "van" | "premium";

export interface CarClass {
  acriss: string;
  category: CarCategory;
  factor: number;
  seats: number;
  bags: number;
  exampleModel: string;
  /** Against the fleet of the commonest class. */
  share: number;
  youngest: number;
  depositCents: number;
}

export const carClasses: readonly CarClass[] = [
  { acriss: "MDMR", category: "mini", factor: 0.82, seats: 4, bags: 1, exampleModel: "Fiat 500 or similar", share: 0.8, youngest: 21, depositCents: 20000 },
  { acriss: "EDMR", category: "economy", factor: 0.92, seats: 5, bags: 1, exampleModel: "Opel Corsa or similar", share: 1, youngest: 21, depositCents: 20000 },
  {
    acriss: "EDAR",
    category: "economy",
    factor: 1.08,
    seats: 5,
    bags: 1,
    exampleModel: "Toyota Yaris or similar",
    share: 0.6,
    youngest: 21,
    depositCents: 25000,
  },
  {
    acriss: "CDMR",
    category: "compact",
    factor: 1.05,
    seats: 5,
    bags: 2,
    exampleModel: "Volkswagen Golf or similar",
    share: 1,
    youngest: 21,
    depositCents: 25000,
  },
  {
    acriss: "CDAR",
    category: "compact",
    factor: 1.24,
    seats: 5,
    bags: 2,
    exampleModel: "Ford Focus or similar",
    share: 0.7,
    youngest: 21,
    depositCents: 30000,
  },
  {
    acriss: "IDMR",
    category: "intermediate",
    factor: 1.25,
    seats: 5,
    bags: 3,
    exampleModel: "Skoda Octavia or similar",
    share: 0.8,
    youngest: 21,
    depositCents: 30000,
  },
  {
    acriss: "IDAR",
    category: "intermediate",
    factor: 1.42,
    seats: 5,
    bags: 3,
    exampleModel: "Toyota Corolla or similar",
    share: 0.6,
    youngest: 21,
    depositCents: 35000,
  },
  {
    acriss: "SDAR",
    category: "standard",
    factor: 1.6,
    seats: 5,
    bags: 3,
    exampleModel: "Volkswagen Passat or similar",
    share: 0.6,
    youngest: 23,
    depositCents: 40000,
  },
  {
    acriss: "FDAR",
    category: "fullsize",
    factor: 1.85,
    seats: 5,
    bags: 4,
    exampleModel: "Toyota Camry or similar",
    share: 0.5,
    youngest: 23,
    depositCents: 45000,
  },
  {
    acriss: "IFAR",
    category: "suv",
    factor: 1.95,
    seats: 5,
    bags: 3,
    exampleModel: "Nissan Qashqai or similar",
    share: 0.6,
    youngest: 23,
    depositCents: 45000,
  },
  { acriss: "FVMR", category: "van", factor: 2.5, seats: 9, bags: 5, exampleModel: "Ford Transit or similar", share: 0.3, youngest: 25, depositCents: 60000 },
  {
    acriss: "SVAR",
    category: "van",
    factor: 2.7,
    seats: 7,
    bags: 4,
    exampleModel: "Volkswagen Touran or similar",
    share: 0.3,
    youngest: 25,
    depositCents: 60000,
  },
  {
    acriss: "PDAR",
    category: "premium",
    factor: 2.9,
    seats: 5,
    bags: 3,
    exampleModel: "BMW 5 Series or similar",
    share: 0.3,
    youngest: 25,
    depositCents: 90000,
  },
];
