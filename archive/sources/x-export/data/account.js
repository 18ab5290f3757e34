window.YTD.account.part0 = [
  {
    "account": {
      "email": "tobin@ashgrove.example",
      "createdVia": "web",
      "username": "tashgrove",
      "accountId": "90000022904",
      "createdAt": "2014-02-11T08:30:00.000Z",
      "accountDisplayName": "Tobin Ashgrove"
    }
  }
]
