/** Lines as in `europe.ts`. */
export const africaMiddleEast = `
= AE Asia/Dubai United Arab Emirates
DXB 25.253 55.364 9 Dubai | International
DWC/DXB 24.896 55.161 3 Dubai | World Central
AUH 24.433 54.651 7 Abu Dhabi
SHJ 25.329 55.517 5 Sharjah
RKT 25.613 55.939 1 Ras Al Khaimah
= QA Asia/Qatar Qatar
DOH 25.273 51.608 8 Doha
= BH Asia/Bahrain Bahrain
BAH 26.271 50.634 4 Bahrain
= KW Asia/Kuwait Kuwait
KWI 29.227 47.969 5 Kuwait City
= OM Asia/Muscat Oman
MCT 23.593 58.284 5 Muscat
SLL 17.039 54.091 2 Salalah
= SA Asia/Riyadh Saudi Arabia
RUH 24.958 46.699 7 Riyadh
JED 21.680 39.157 7 Jeddah
DMM 26.471 49.798 5 Dammam
MED 24.553 39.705 4 Medina
AHB 18.240 42.657 2 Abha
TUU 28.365 36.619 1 Tabuk
ULH 26.483 38.119 1 AlUla
= YE Asia/Aden Yemen
ADE 12.830 45.029 1 Aden
= IQ Asia/Baghdad Iraq
BGW 33.263 44.235 3 Baghdad
EBL 36.238 43.963 2 Erbil
BSR 30.549 47.662 1 Basra
NJF 31.990 44.404 1 Najaf
= IR Asia/Tehran Iran
IKA/THR 35.416 51.152 3 Tehran | Imam Khomeini
MHD 36.235 59.641 2 Mashhad
SYZ 29.540 52.590 1 Shiraz
= JO Asia/Amman Jordan
AMM 31.723 35.993 4 Amman
AQJ 29.612 35.018 1 Aqaba
= LB Asia/Beirut Lebanon
BEY 33.821 35.488 3 Beirut
= SY Asia/Damascus Syria
DAM 33.411 36.516 1 Damascus
= IL Asia/Jerusalem Israel
TLV 32.011 34.887 6 Tel Aviv
ETM/ETH 29.724 35.011 1 Eilat
= EG Africa/Cairo Egypt
CAI 30.122 31.406 7 Cairo
HRG 27.178 33.799 4 Hurghada
SSH 27.977 34.395 4 Sharm El Sheikh
HBE/ALY 30.918 29.696 2 Alexandria
LXR 25.671 32.707 2 Luxor
ASW 23.964 32.820 2 Aswan
RMF 25.557 34.584 1 Marsa Alam
= LY Africa/Tripoli Libya
MJI/TIP 32.895 13.276 1 Tripoli
= TN Africa/Tunis Tunisia
TUN 36.851 10.227 4 Tunis
DJE 33.875 10.775 2 Djerba
MIR 35.758 10.755 2 Monastir
= DZ Africa/Algiers Algeria
ALG 36.691 3.215 4 Algiers
ORN 35.624 -0.621 2 Oran
CZL 36.276 6.620 1 Constantine
= MA Africa/Casablanca Morocco
CMN/CAS 33.368 -7.590 5 Casablanca
RAK 31.607 -8.036 5 Marrakesh
AGA 30.325 -9.413 3 Agadir
TNG 35.727 -5.917 3 Tangier
FEZ 33.927 -4.978 2 Fes
RBA 34.051 -6.752 2 Rabat
NDR 34.989 -3.028 1 Nador
OZZ 30.939 -6.909 1 Ouarzazate
= MR Africa/Nouakchott Mauritania
NKC 18.310 -15.970 1 Nouakchott
= SN Africa/Dakar Senegal
DSS/DKR 14.671 -17.073 3 Dakar
= GM Africa/Banjul Gambia
BJL 13.338 -16.652 1 Banjul
= CV Atlantic/Cape_Verde Cape Verde
SID 16.741 -22.949 2 Sal
RAI 14.925 -23.494 1 Praia
= GN Africa/Conakry Guinea
CKY 9.577 -13.612 1 Conakry
= SL Africa/Freetown Sierra Leone
FNA 8.616 -13.196 1 Freetown
= LR Africa/Monrovia Liberia
ROB/MLW 6.234 -10.362 1 Monrovia
= CI Africa/Abidjan Ivory Coast
ABJ 5.261 -3.926 3 Abidjan
= ML Africa/Bamako Mali
BKO 12.534 -7.950 1 Bamako
= BF Africa/Ouagadougou Burkina Faso
OUA 12.353 -1.512 1 Ouagadougou
= GH Africa/Accra Ghana
ACC 5.605 -0.167 4 Accra
KMS 6.715 -1.591 1 Kumasi
= TG Africa/Lome Togo
LFW 6.166 1.255 2 Lome
= BJ Africa/Porto-Novo Benin
COO 6.357 2.384 1 Cotonou
= NE Africa/Niamey Niger
NIM 13.482 2.184 1 Niamey
= NG Africa/Lagos Nigeria
LOS 6.577 3.321 5 Lagos
ABV 9.007 7.263 4 Abuja
PHC 5.015 6.950 2 Port Harcourt
KAN 12.048 8.525 2 Kano
= TD Africa/Ndjamena Chad
NDJ 12.134 15.034 1 N'Djamena
= CM Africa/Douala Cameroon
DLA 4.006 9.719 2 Douala
NSI/YAO 3.723 11.553 1 Yaounde
= GA Africa/Libreville Gabon
LBV 0.459 9.412 1 Libreville
= GQ Africa/Malabo Equatorial Guinea
SSG 3.755 8.709 1 Malabo
= CG Africa/Brazzaville Congo
BZV -4.252 15.253 1 Brazzaville
PNR -4.816 11.887 1 Pointe-Noire
= CD Africa/Kinshasa DR Congo
FIH -4.386 15.445 2 Kinshasa
FBM -11.591 27.531 1 Lubumbashi @Africa/Lubumbashi
= AO Africa/Luanda Angola
LAD -8.858 13.231 3 Luanda
= ET Africa/Addis_Ababa Ethiopia
ADD 8.978 38.799 6 Addis Ababa
= DJ Africa/Djibouti Djibouti
JIB 11.547 43.159 1 Djibouti
= SO Africa/Mogadishu Somalia
MGQ 2.014 45.305 1 Mogadishu
= SS Africa/Juba South Sudan
JUB 4.872 31.601 1 Juba
= SD Africa/Khartoum Sudan
PZU 19.434 37.234 1 Port Sudan
= KE Africa/Nairobi Kenya
NBO -1.319 36.928 5 Nairobi
MBA -4.035 39.594 3 Mombasa
= UG Africa/Kampala Uganda
EBB 0.042 32.443 3 Entebbe | Kampala
= RW Africa/Kigali Rwanda
KGL -1.969 30.139 3 Kigali
= BI Africa/Bujumbura Burundi
BJM -3.324 29.319 1 Bujumbura
= TZ Africa/Dar_es_Salaam Tanzania
DAR -6.878 39.203 3 Dar es Salaam
ZNZ -6.222 39.225 3 Zanzibar
JRO -3.429 37.074 2 Kilimanjaro
= ZM Africa/Lusaka Zambia
LUN -15.331 28.453 2 Lusaka
LVI -17.822 25.823 1 Livingstone
= ZW Africa/Harare Zimbabwe
HRE -17.932 31.093 2 Harare
VFA -18.096 25.839 2 Victoria Falls
= MW Africa/Blantyre Malawi
LLW -13.789 33.781 1 Lilongwe
= MZ Africa/Maputo Mozambique
MPM -25.921 32.573 2 Maputo
= BW Africa/Gaborone Botswana
GBE -24.555 25.918 1 Gaborone
MUB -19.973 23.431 1 Maun
= NA Africa/Windhoek Namibia
WDH -22.480 17.471 2 Windhoek
WVB -22.980 14.645 1 Walvis Bay
= ZA Africa/Johannesburg South Africa
JNB -26.139 28.246 7 Johannesburg
CPT -33.965 18.602 6 Cape Town
DUR -29.614 31.120 4 Durban
PLZ -33.985 25.617 2 Gqeberha
GRJ -34.006 22.379 2 George
MQP -25.383 31.106 1 Mbombela | Kruger
= MU Indian/Mauritius Mauritius
MRU -20.430 57.684 4 Mauritius
= RE Indian/Reunion Reunion
RUN -20.887 55.510 3 Saint-Denis
= SC Indian/Mahe Seychelles
SEZ -4.674 55.522 2 Mahe
= MG Indian/Antananarivo Madagascar
TNR -18.797 47.479 2 Antananarivo
NOS -13.312 48.315 1 Nosy Be
`;
