export { type PersonalDataFixture, personalDataContract } from "@travelagent/protocol/testing";
