/** Lines as in `europe.ts`. */
export const asiaPacific = `
= JP Asia/Tokyo Japan
HND/TYO 35.552 139.780 9 Tokyo | Haneda
NRT/TYO 35.765 140.386 8 Tokyo | Narita
KIX/OSA 34.427 135.244 7 Osaka | Kansai
ITM/OSA 34.785 135.438 5 Osaka | Itami
UKB/OSA 34.633 135.224 3 Osaka | Kobe
CTS/SPK 42.775 141.692 6 Sapporo | New Chitose
FUK 33.586 130.451 6 Fukuoka
NGO 34.858 136.805 5 Nagoya | Chubu
OKA 26.196 127.646 5 Okinawa | Naha
KOJ 31.803 130.719 3 Kagoshima
HIJ 34.436 132.919 2 Hiroshima
SDJ 38.140 140.917 2 Sendai
KMJ 32.837 130.855 2 Kumamoto
NGS 32.917 129.914 2 Nagasaki
MYJ 33.827 132.700 2 Matsuyama
KMQ 36.395 136.407 1 Komatsu
HKD 41.770 140.822 1 Hakodate
ISG 24.396 124.245 2 Ishigaki
= KR Asia/Seoul South Korea
ICN/SEL 37.463 126.441 9 Seoul | Incheon
GMP/SEL 37.558 126.791 6 Seoul | Gimpo
CJU 33.511 126.493 6 Jeju
PUS 35.180 128.938 5 Busan
TAE 35.894 128.659 2 Daegu
= CN Asia/Shanghai China
PEK/BJS 40.080 116.584 9 Beijing | Capital
PKX/BJS 39.509 116.411 7 Beijing | Daxing
PVG/SHA 31.143 121.805 9 Shanghai | Pudong
SHA 31.198 121.336 7 Shanghai | Hongqiao
CAN 23.392 113.299 9 Guangzhou
SZX 22.639 113.811 8 Shenzhen
CTU 30.579 103.947 6 Chengdu | Shuangliu
TFU/CTU 30.319 104.445 7 Chengdu | Tianfu
CKG 29.719 106.642 7 Chongqing
XIY/SIA 34.447 108.752 6 Xi'an
KMG 25.102 102.929 6 Kunming
HGH 30.230 120.434 6 Hangzhou
NKG 31.742 118.862 5 Nanjing
WUH 30.784 114.208 5 Wuhan
XMN 24.544 118.128 4 Xiamen
CSX 28.189 113.220 5 Changsha
TAO 36.362 120.088 4 Qingdao
DLC 38.966 121.539 4 Dalian
SYX 18.303 109.412 4 Sanya
HAK 19.935 110.459 4 Haikou
CGO 34.520 113.841 4 Zhengzhou
TSN 39.124 117.346 4 Tianjin
SHE 41.640 123.483 4 Shenyang
HRB 45.623 126.250 4 Harbin
URC 43.907 87.474 4 Urumqi
KWE 26.539 106.801 4 Guiyang
FOC 25.935 119.663 3 Fuzhou
KWL 25.218 110.039 3 Guilin
NNG 22.608 108.172 3 Nanning
TNA 36.857 117.216 3 Jinan
LXA 29.298 90.912 1 Lhasa
= HK Asia/Hong_Kong Hong Kong
HKG 22.309 113.915 9 Hong Kong
= MO Asia/Macau Macau
MFM 22.150 113.592 3 Macau
= TW Asia/Taipei Taiwan
TPE 25.078 121.233 8 Taipei | Taoyuan
TSA/TPE 25.069 121.552 4 Taipei | Songshan
KHH 22.577 120.350 3 Kaohsiung
RMQ 24.265 120.621 2 Taichung
= MN Asia/Ulaanbaatar Mongolia
UBN/ULN 47.647 106.820 2 Ulaanbaatar
= SG Asia/Singapore Singapore
SIN 1.350 103.994 9 Singapore | Changi
= MY Asia/Kuala_Lumpur Malaysia
KUL 2.746 101.710 8 Kuala Lumpur | International
SZB/KUL 3.131 101.549 2 Kuala Lumpur | Subang
PEN 5.297 100.277 4 Penang
BKI 5.937 116.051 4 Kota Kinabalu @Asia/Kuching
KCH 1.485 110.347 3 Kuching @Asia/Kuching
LGK 6.330 99.729 2 Langkawi
JHB 1.641 103.670 2 Johor Bahru
= BN Asia/Brunei Brunei
BWN 4.944 114.928 2 Bandar Seri Begawan
= TH Asia/Bangkok Thailand
BKK 13.681 100.747 9 Bangkok | Suvarnabhumi
DMK/BKK 13.913 100.607 7 Bangkok | Don Mueang
HKT 8.113 98.317 6 Phuket
CNX 18.767 98.963 4 Chiang Mai
USM 9.548 100.062 3 Koh Samui
KBV 8.099 98.986 3 Krabi
HDY 6.933 100.393 2 Hat Yai
UTP 12.680 101.005 1 Pattaya | U-Tapao
= VN Asia/Ho_Chi_Minh Vietnam
SGN 10.819 106.652 7 Ho Chi Minh City
HAN 21.221 105.807 6 Hanoi
DAD 16.044 108.199 5 Da Nang
CXR/NHA 11.998 109.219 3 Nha Trang
PQC 10.170 103.993 3 Phu Quoc
HUI 16.402 107.703 1 Hue
= KH Asia/Phnom_Penh Cambodia
KTI/PNH 11.363 104.921 3 Phnom Penh | Techo
SAI 13.369 104.223 2 Siem Reap
= LA Asia/Vientiane Laos
VTE 17.988 102.563 2 Vientiane
LPQ 19.898 102.161 1 Luang Prabang
= MM Asia/Yangon Myanmar
RGN 16.907 96.133 3 Yangon
MDL 21.702 95.978 1 Mandalay
= ID Asia/Jakarta Indonesia
CGK/JKT -6.126 106.656 8 Jakarta | Soekarno-Hatta
HLP/JKT -6.267 106.891 2 Jakarta | Halim
DPS -8.748 115.167 7 Bali @Asia/Makassar | Denpasar
SUB -7.380 112.787 5 Surabaya
UPG -5.062 119.554 4 Makassar @Asia/Makassar
KNO/MES 3.642 98.885 4 Medan
YIA/JOG -7.905 110.057 3 Yogyakarta
BPN -1.268 116.894 3 Balikpapan @Asia/Makassar
LOP -8.757 116.277 2 Lombok @Asia/Makassar
BDO -6.901 107.576 1 Bandung
PLM -2.898 104.700 2 Palembang
MDC 1.549 124.926 2 Manado @Asia/Makassar
LBJ -8.487 119.889 1 Labuan Bajo @Asia/Makassar
= TL Asia/Dili Timor-Leste
DIL -8.547 125.525 1 Dili
= PH Asia/Manila Philippines
MNL 14.509 121.020 8 Manila
CEB 10.307 123.979 5 Cebu
CRK 15.186 120.560 3 Clark
DVO 7.125 125.646 3 Davao
KLO 11.679 122.376 2 Kalibo
MPH 11.925 121.954 2 Boracay | Caticlan
PPS 9.742 118.759 2 Puerto Princesa
ILO 10.833 122.493 2 Iloilo
= IN Asia/Kolkata India
DEL 28.556 77.100 9 Delhi
BOM 19.089 72.868 8 Mumbai
BLR 13.198 77.706 7 Bengaluru
MAA 12.994 80.181 6 Chennai
HYD 17.231 78.430 6 Hyderabad
CCU 22.655 88.447 6 Kolkata
COK 10.152 76.402 5 Kochi
AMD 23.077 72.635 5 Ahmedabad
PNQ 18.582 73.920 4 Pune
GOI 15.381 73.831 4 Goa | Dabolim
GOX/GOI 15.730 73.867 3 Goa | Mopa
JAI 26.824 75.812 3 Jaipur
TRV 8.482 76.920 3 Thiruvananthapuram
LKO 26.761 80.889 3 Lucknow
CCJ 11.137 75.955 3 Kozhikode
GAU 26.106 91.586 3 Guwahati
ATQ 31.710 74.797 2 Amritsar
VNS 25.452 82.859 2 Varanasi
UDR 24.618 73.896 1 Udaipur
IXC 30.673 76.788 2 Chandigarh
SXR 33.987 74.774 2 Srinagar
BBI 20.244 85.818 2 Bhubaneswar
IXZ 11.641 92.730 1 Port Blair
= LK Asia/Colombo Sri Lanka
CMB 7.181 79.884 4 Colombo
= MV Indian/Maldives Maldives
MLE 4.192 73.529 4 Male
= NP Asia/Kathmandu Nepal
KTM 27.697 85.359 3 Kathmandu
PHH/PKR 28.184 84.015 1 Pokhara
= BT Asia/Thimphu Bhutan
PBH 27.403 89.426 1 Paro
= BD Asia/Dhaka Bangladesh
DAC 23.843 90.398 4 Dhaka
CGP 22.250 91.813 2 Chattogram
ZYL 24.963 91.867 1 Sylhet
= PK Asia/Karachi Pakistan
KHI 24.907 67.161 4 Karachi
LHE 31.522 74.404 4 Lahore
ISB 33.549 72.826 4 Islamabad
PEW 33.994 71.515 1 Peshawar
= AF Asia/Kabul Afghanistan
KBL 34.566 69.213 1 Kabul
= KZ Asia/Almaty Kazakhstan
ALA 43.352 77.041 4 Almaty
NQZ 51.022 71.467 3 Astana
= KG Asia/Bishkek Kyrgyzstan
BSZ/FRU 43.061 74.478 2 Bishkek
= UZ Asia/Tashkent Uzbekistan
TAS 41.258 69.281 3 Tashkent
SKD 39.701 66.984 1 Samarkand @Asia/Samarkand
= TJ Asia/Dushanbe Tajikistan
DYU 38.543 68.825 1 Dushanbe
= TM Asia/Ashgabat Turkmenistan
ASB 37.987 58.361 1 Ashgabat
= AU Australia/Sydney Australia
SYD -33.946 151.177 8 Sydney [New South Wales]
MEL -37.673 144.843 7 Melbourne [Victoria] @Australia/Melbourne | Tullamarine
AVV/MEL -38.039 144.469 2 Melbourne [Victoria] @Australia/Melbourne | Avalon
BNE -27.384 153.117 6 Brisbane [Queensland] @Australia/Brisbane
PER -31.940 115.967 6 Perth [Western Australia] @Australia/Perth
ADL -34.945 138.531 5 Adelaide [South Australia] @Australia/Adelaide
OOL -28.164 153.505 4 Gold Coast [Queensland] @Australia/Brisbane
CNS -16.886 145.755 4 Cairns [Queensland] @Australia/Brisbane
CBR -35.307 149.195 3 Canberra
HBA -42.836 147.510 3 Hobart [Tasmania] @Australia/Hobart
DRW -12.415 130.877 2 Darwin [Northern Territory] @Australia/Darwin
LST -41.545 147.214 1 Launceston [Tasmania] @Australia/Hobart
TSV -19.253 146.765 2 Townsville [Queensland] @Australia/Brisbane
NTL -32.795 151.834 1 Newcastle [New South Wales]
MCY -26.603 153.091 1 Sunshine Coast [Queensland] @Australia/Brisbane
ASP -23.807 133.902 1 Alice Springs [Northern Territory] @Australia/Darwin
AYQ -25.186 130.976 1 Uluru [Northern Territory] @Australia/Darwin
HTI -20.358 148.952 1 Hamilton Island [Queensland] @Australia/Brisbane
BME -17.945 122.232 1 Broome [Western Australia] @Australia/Perth
= NZ Pacific/Auckland New Zealand
AKL -37.008 174.792 6 Auckland
WLG -41.327 174.805 4 Wellington
CHC -43.489 172.532 4 Christchurch
ZQN -45.021 168.739 3 Queenstown
DUD -45.928 170.198 1 Dunedin
NSN -41.298 173.221 1 Nelson
= FJ Pacific/Fiji Fiji
NAN -17.755 177.443 3 Nadi
SUV -18.043 178.559 1 Suva
= NC Pacific/Noumea New Caledonia
NOU -22.015 166.213 1 Noumea
= PF Pacific/Tahiti French Polynesia
PPT -17.557 -149.611 2 Papeete
BOB -16.444 -151.751 1 Bora Bora
= WS Pacific/Apia Samoa
APW -13.830 -172.008 1 Apia
= TO Pacific/Tongatapu Tonga
TBU -21.241 -175.150 1 Nuku'alofa
= VU Pacific/Efate Vanuatu
VLI -17.699 168.320 1 Port Vila
= PG Pacific/Port_Moresby Papua New Guinea
POM -9.443 147.220 2 Port Moresby
= GU Pacific/Guam Guam
GUM 13.484 144.796 3 Guam
= PW Pacific/Palau Palau
ROR 7.367 134.544 1 Koror
= CK Pacific/Rarotonga Cook Islands
RAR -21.203 -159.806 1 Rarotonga
`;
